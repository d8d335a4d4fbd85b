"""The result of a check: `reviews doctor` shows it, and `reviews deploy` refuses what blocks it."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    FINE = "fine"
    MISSING = "missing"
    WARNING = "warning"  # a first run can succeed, but something later will fail
    UNKNOWN = "unknown"  # could not be checked


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`found` is the present value, `needed` the required one, `fix` the command or page that
    corrects it. With `blocks` nothing can be deployed to AWS before that."""

    check: str
    verdict: Verdict
    found: str
    needed: str = ""
    fix: str = ""
    blocks: bool = False

    @property
    def text(self) -> str:
        needed = f"; needed: {self.needed}" if self.needed else ""
        return f"{self.check}: {self.found}{needed}"

    @property
    def sentence(self) -> str:
        """The text with its fix, in one line."""
        return f"{self.text}. To fix it: {self.fix}" if self.fix else self.text


def judge(
    check: str, is_fine: bool, found: str, *, needed: str = "", fix: str = "", blocks: bool = False
) -> Finding:
    if is_fine:
        return Finding(check=check, verdict=Verdict.FINE, found=found)
    return Finding(
        check=check,
        verdict=Verdict.MISSING,
        found=found or "missing",
        needed=needed,
        fix=fix,
        blocks=blocks,
    )
