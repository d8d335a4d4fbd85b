import shlex

import pytest

from reviews.client.shell import option, reviews_command

WORDS = ["plain", "with space", "it's", 'say "x"', "$HOME", "-hyphen", "--", "a=b", "(1)", "ü", ""]


@pytest.mark.parametrize("word", WORDS)
def test_a_shell_reads_every_word_as_it_was(word: str) -> None:
    words = shlex.split(reviews_command("logs", "train", word, follow=True, env="dev"))
    assert words[:2] == ["reviews", "logs"]
    assert {"train", word, "--follow", "--env", "dev"} <= set(words)


def test_arguments_come_first_and_options_in_their_order() -> None:
    command = reviews_command("endpoint start", "a", "b", wait=True, json=False, env="dev")
    assert command == "reviews endpoint start a b --wait --env dev"


def test_an_argument_with_a_hyphen_follows_the_options_and_two_hyphens() -> None:
    assert reviews_command("status", "-mine", wait=True) == "reviews status --wait -- -mine"


def test_the_value_of_an_option_with_a_hyphen_is_joined_to_the_option() -> None:
    assert reviews_command("logs", run="-mine", env="dev") == "reviews logs --run=-mine --env dev"
    assert option("column", "-a b") == "'--column=-a b'"


def test_an_option_may_be_repeated() -> None:
    assert reviews_command("run", set=("a=1", "b=2")) == "reviews run --set a=1 --set b=2"
