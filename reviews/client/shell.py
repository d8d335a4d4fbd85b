"""Commands that messages print for the user to paste into a shell."""

import shlex
from collections.abc import Iterator


def reviews_command(
    subcommand: str, *arguments: str, **options: str | bool | tuple[str, ...]
) -> str:
    """A command line of `reviews`, with every word as a POSIX shell reads it.

    An option is a text, a flag (True), or a tuple for an option that is repeated. An argument that
    begins with a hyphen follows the options and `--`; such a value of an option is joined to it by
    an equals sign.
    """
    words = [word for name, value in options.items() for word in _option(name, value)]
    if any(argument.startswith("-") for argument in arguments):
        words += ["--", *arguments]
    else:
        words = [*arguments, *words]
    return shlex.join(["reviews", *subcommand.split(), *words])


def option(name: str, value: str) -> str:
    """`--name value`, as a shell reads it, for part of a command line."""
    return shlex.join(_option(name, value))


def _option(name: str, value: str | bool | tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, bool):
        yield from [f"--{name}"] if value else []
        return
    for text in (value,) if isinstance(value, str) else value:
        yield from [f"--{name}={text}"] if text.startswith("-") else [f"--{name}", text]
