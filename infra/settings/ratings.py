"""The ratings of classes: which are allowed, and how they are written as an argument."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from contract.labels import MOST_NUMBERS
from infra.setting_error import SettingsError

Rating = int | str
_NUMBER = re.compile(r"\s*-?\d+(\.\.-?\d+)?\s*", re.ASCII)


def check(name: str, ratings: Sequence[Rating]) -> None:
    """Raises SettingsError, which names the setting `name`."""
    if isinstance(ratings, range) and not 1 <= len(ratings[: MOST_NUMBERS + 1]) <= MOST_NUMBERS:
        allowed = f"a range of 1 to {MOST_NUMBERS} numbers, such as range(0, 41) for 0 to 40"
        raise SettingsError(name=name, value=ratings, allowed=allowed)
    for rating in ratings:
        if isinstance(rating, str) and (not rating.strip() or _NUMBER.fullmatch(rating)):
            allowed = "a whole number without quotation marks, or a text"
            raise SettingsError(name=name, value=rating, allowed=allowed)


def written(ratings: Sequence[Rating]) -> str:
    """The ratings as an argument, after an equals sign; empty for none."""
    numbers = sorted(rating for rating in ratings if isinstance(rating, int))
    texts = [quote(rating, safe="") for rating in ratings if isinstance(rating, str)]
    words = [*map(_run, _runs(numbers)), *texts]
    return f"={','.join(words)}" if words else ""


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    """The numbers grouped into runs of consecutive ones."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _run(numbers: list[int]) -> str:
    if len(numbers) < 3:
        return ",".join(map(str, numbers))
    return f"{numbers[0]}..{numbers[-1]}"
