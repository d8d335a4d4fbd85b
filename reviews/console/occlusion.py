"""Which words moved a prediction: what happens when each is left out.

An effect is how much less probable the predicted class is without the word.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reviews.client.endpoint import Prediction
from reviews.client.errors import InvalidArgument

MOST_WORDS = 60
_LONGEST = 10_000

Predict = Callable[[Sequence[str]], list[Prediction]]


@dataclass(frozen=True, kw_only=True)
class Word:
    text: str
    effect: float | None  # None: was not left out


@dataclass(frozen=True, kw_only=True)
class Explained:
    prediction: Prediction
    words: list[Word]


def explain(predict: Predict, text: str) -> Explained:
    """One request, with the text and its variants. Raises InvalidArgument for no usable text."""
    if not text.strip():
        raise InvalidArgument("There is no text to classify.")
    if len(text) > _LONGEST:
        raise InvalidArgument(f"The text has {len(text)} characters; {_LONGEST} are allowed.")
    found = list(re.finditer(r"\S+", text))
    # Without its only word a text would be empty, which the endpoint refuses.
    left_out = found[:MOST_WORDS] if len(found) > 1 else []
    variants = [text[: word.start()] + text[word.end() :] for word in left_out]
    whole, *without = predict([text, *variants])
    probability = whole.probabilities[whole.label]
    effects = [probability - answer.probabilities[whole.label] for answer in without]
    untried = [None] * (len(found) - len(effects))
    return Explained(
        prediction=whole,
        words=[
            Word(text=word.group(), effect=effect)
            for word, effect in zip(found, [*effects, *untried], strict=True)
        ],
    )
