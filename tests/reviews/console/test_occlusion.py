from collections.abc import Sequence

import pytest

from reviews.client.endpoint.invocation import Prediction
from reviews.client.errors import InvalidArgument
from reviews.console.occlusion import MOST_WORDS, explain


class Endpoint:
    """Says "good" with a probability that hangs on two words."""

    def __init__(self) -> None:
        self.requests: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> list[Prediction]:
        self.requests.append(list(texts))
        return [self._answer(text) for text in texts]

    def _answer(self, text: str) -> Prediction:
        good = 0.6 + 0.3 * ("love" in text) - 0.2 * ("but" in text)
        return Prediction(
            text=text,
            label="good",
            sentiment=1,
            probability=good,
            probabilities={"good": good, "bad": 1 - good},
        )


def test_an_effect_is_the_loss_of_probability_without_the_word() -> None:
    words = explain(Endpoint(), "I love it but slowly").words
    assert [(word.text, round(word.effect or 0, 6)) for word in words] == [
        ("I", 0),
        ("love", 0.3),
        ("it", 0),
        ("but", -0.2),
        ("slowly", 0),
    ]


def test_text_and_variants_are_one_request() -> None:
    endpoint = Endpoint()
    explain(endpoint, "so\tsoft  indeed")
    assert endpoint.requests == [
        ["so\tsoft  indeed", "\tsoft  indeed", "so\t  indeed", "so\tsoft  "]
    ]


def test_words_beyond_the_limit_are_not_tried() -> None:
    endpoint = Endpoint()
    words = explain(endpoint, " ".join(["fine"] * (MOST_WORDS + 3))).words
    assert len(endpoint.requests[0]) == MOST_WORDS + 1
    assert [word.effect for word in words[MOST_WORDS:]] == [None] * 3


def test_a_single_word_is_not_left_out() -> None:
    endpoint = Endpoint()
    assert explain(endpoint, "love").words[0].effect is None
    assert endpoint.requests == [["love"]]


def test_a_word_without_which_no_text_is_left_is_not_left_out() -> None:
    endpoint = Endpoint()
    words = explain(endpoint, "- love").words
    assert endpoint.requests == [["- love", " love"]]
    assert [word.effect for word in words] == [0, None]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n", "There is no text to classify."),
        ("\u200b", "There is no text to classify."),
        ("nan", "There is no text to classify."),
        ("a" * 10_001, "The text has 10001 characters; 10000 are allowed."),
    ],
)
def test_a_text_that_cannot_be_asked_about_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        explain(Endpoint(), text)
