"""The command line accepts the commands in the docs."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from reviews.cli.main import app

PROJECT = Path(__file__).parents[3]
DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```[a-z]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_ENDS_A_COMMAND = {"|", ">", ">>", "<", "&&", ";", "||"}
_OPTIONAL = re.compile(r"\[(-[^]]*)\]")  # [--port 0]
# These act while a line is parsed.
_EAGER = {"--install-completion", "--show-completion", "--help"}


def lines_of(document: Path) -> list[str]:
    """The lines with the command in the code blocks of a document."""
    blocks = _BLOCK.findall(document.read_text(encoding="utf-8"))
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines if words_of(line)]


def words_of(line: str) -> list[str]:
    """What follows `reviews`, alone or after `exec --`; empty for another command or an output."""
    try:
        words = shlex.split(_OPTIONAL.sub(r"\1", line.removeprefix("$ ")), comments=True)
    except ValueError:  # a lone quote in some output
        return []
    words = words[words.index("--") + 1 :] if "exec" in words and "--" in words else words
    if not words or Path(words[0]).name != "reviews":
        return []
    end = next((at for at, word in enumerate(words) if word in _ENDS_A_COMMAND), len(words))
    return words[1:end]


def parse(words: list[str]) -> list[str]:
    """Parses a line as the command line does, without doing it; the names of its commands."""
    command: Any = typer.main.get_command(app)
    context, names = None, []
    while True:
        eager = _EAGER.intersection(words)
        options = {option for parameter in command.params for option in parameter.opts}
        assert eager <= options | {"--help"}
        rest = [word for word in words if word not in eager]
        if not rest and eager:
            return names
        context = command.make_context(command.name, rest, parent=context)
        if not hasattr(command, "commands"):
            return names
        name, command, words = command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        names.append(name)


COMMANDS = [(document.name, line) for document in DOCUMENTS for line in lines_of(document)]


@pytest.mark.parametrize(("document", "line"), COMMANDS)
def test_a_line_of_a_document_is_one_that_can_be_typed(document: str, line: str) -> None:
    parse(words_of(line))


def test_every_command_has_an_example() -> None:
    shown = {" ".join(parse(words_of(line))) for _, line in COMMANDS}
    root: Any = typer.main.get_command(app)
    for name, command in root.commands.items():
        inner = getattr(command, "commands", {"": None})
        for wanted in (f"{name} {part}".strip() for part in inner):
            assert wanted in shown, wanted


@pytest.mark.parametrize(
    "line", ["reviews runn a.csv", "reviews run --sett a=1", "reviews compare a"]
)
def test_a_line_that_rots_would_be_noticed(line: str) -> None:
    with pytest.raises(typer.TyperException):
        parse(words_of(line))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (".venv/bin/python -m localcloud exec -- reviews status", ["status"]),
        ("reviews runs --json > runs.json  # kept", ["runs", "--json"]),
        ("reviews console [--env local] [--port 0]", ["console", "--env", "local", "--port", "0"]),
        ("cdk deploy", []),
        ("Reviews: s3://data/reviews.csv", []),
    ],
)
def test_only_lines_with_the_command_count(line: str, words: list[str]) -> None:
    assert words_of(line) == words
