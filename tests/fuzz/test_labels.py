"""The argument --labels, and the settings of which it is made."""

from hypothesis import strategies as st

from common.rated_labels import parse
from infra.setting_error import SettingsError
from infra.settings.labels import Label, Labels
from reading.errors import UserError
from reading.ratings import Numbers
from tests.fuzz.cases import fuzz
from tests.fuzz.values import scalars, texts

PIECES = st.sampled_from(
    [*"=:,/.%-0123456789", "..", "bad", "good", "%C3%BC", "%", "-1", "127", "4000000000"]
)
ARGUMENTS = st.builds("".join, st.lists(PIECES | texts, max_size=12))
NAMES = st.sampled_from(["bad", "good", "Good", "a" * 30, "a" * 31]) | texts
RATINGS = st.lists(st.integers(-130, 130) | st.integers() | scalars, max_size=4) | texts


@fuzz(
    "classes and settings",
    few=60,
    many=6_000,
    argument=ARGUMENTS,
)
def test_an_argument_is_read_or_refused(argument: str) -> None:
    try:
        labels = parse(argument)
    except UserError as error:
        assert str(error).startswith(f"--labels {argument!r}: ")
    else:
        assert 2 <= len(labels.names) == len(set(labels.names))
        assert len(labels.features) == len(labels.ratings.label_of)


@fuzz(
    "classes and settings",
    few=60,
    many=4_000,
    names=st.lists(NAMES, max_size=4),
    ratings=st.lists(RATINGS, min_size=5, max_size=5),
    sentiments=st.lists(st.none() | st.integers(-2, 2), min_size=4, max_size=4),
)
def test_settings_are_refused_or_read_alike_by_the_scripts(names, ratings, sentiments) -> None:
    try:
        classes = [
            Label(name=name, ratings=rating, sentiment=sentiment)
            for name, rating, sentiment in zip(names, ratings, sentiments, strict=False)
        ]
        labels = Labels(classes=classes, left_out=ratings[-1])
    except SettingsError as error:
        assert ": allowed is " in str(error)
        return
    read = parse(labels.argument)
    assert list(read.names) == labels.names
    assert list(read.sentiments) == labels.sentiments
    assert isinstance(read.ratings, Numbers) == labels.are_ordered
