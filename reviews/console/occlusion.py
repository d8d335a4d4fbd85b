"""Explains a prediction by occlusion: each word is left out once.

The effect of a word is by how much the probability of the predicted class is lower without it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reviews.client.endpoint.invocation import Prediction
from reviews.client.errors import InvalidArgument
from reviews.client.files.review_files import has_text

MOST_WORDS = 60
_LONGEST = 10_000

Predict = Callable[[Sequence[str]], list[Prediction]]


@dataclass(frozen=True, kw_only=True)
class Word:
    text: str
    effect: float | None  # None for a word that was not left out


@dataclass(frozen=True, kw_only=True)
class Explained:
    prediction: Prediction
    words: list[Word]


def explain(predict: Predict, text: str) -> Explained:
    """The prediction and the effects of the first MOST_WORDS words, with one request.

    Raises InvalidArgument for a text that is empty or too long.
    """
    if not has_text(text):
        raise InvalidArgument("There is no text to classify.")
    if len(text) > _LONGEST:
        raise InvalidArgument(f"The text has {len(text)} characters; {_LONGEST} are allowed.")
    found = list(re.finditer(r"\S+", text))
    without = {word: text[: word.start()] + text[word.end() :] for word in found[:MOST_WORDS]}
    # Without its only word a text is empty, which the endpoint would refuse.
    variants = {word: rest for word, rest in without.items() if has_text(rest)}
    whole, *answers = predict([text, *variants.values()])
    probability = whole.probabilities[whole.label]
    effects = {
        word: probability - answer.probabilities[whole.label]
        for word, answer in zip(variants, answers, strict=True)
    }
    words = [Word(text=word.group(), effect=effects.get(word)) for word in found]
    return Explained(prediction=whole, words=words)
