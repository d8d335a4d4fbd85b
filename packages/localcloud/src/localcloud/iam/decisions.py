"""What enforced IAM has decided, as JSON lines in the data folder.

An allowed decision is written once for each role, action and resource; a denial every time. The
file begins anew when IAM begins to be enforced.
"""

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "iam-decisions.jsonl"


@dataclass(frozen=True)
class Decision:
    """`statements` are those of the role's policies that allow it, as <policy name>#<number>."""

    role: str
    session: str
    action: str
    resource: str
    allowed: bool
    statements: tuple[str, ...] = ()
    reason: str = ""


class DecisionLog:
    """Thread-safe."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._lock = threading.Lock()
        self._seen: set[Decision] = set()

    def begin(self) -> None:
        with self._lock:
            self._seen.clear()
            self._path.write_text("")

    def write(self, decision: Decision) -> None:
        with self._lock:
            if decision in self._seen:
                return
            if decision.allowed:
                self._seen.add(decision)
            with self._path.open("a") as file:
                file.write(json.dumps({"time": time.time(), **asdict(decision)}) + "\n")


def read(data_dir: Path) -> list[Decision]:
    """What was decided since IAM was enforced; nothing if it never was."""
    try:
        lines = (data_dir / FILE).read_text().splitlines()
    except FileNotFoundError:
        return []
    return [_decision(json.loads(line)) for line in lines]


def _decision(line: dict[str, object]) -> Decision:
    fields = {name: value for name, value in line.items() if name != "time"}
    return Decision(**{**fields, "statements": tuple(fields["statements"])})  # type: ignore[arg-type]


def used(decisions: Iterable[Decision]) -> set[tuple[str, str, str]]:
    """Role, statement and action of everything that was allowed."""
    return {
        (decision.role, statement, decision.action)
        for decision in decisions
        for statement in decision.statements
        if decision.allowed
    }
