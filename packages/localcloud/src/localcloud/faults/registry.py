"""The faults that are set, the calls that they have hit, and their log."""

import json
import random
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from localcloud.core.cloud import Cloud, GlobalService
from localcloud.faults.fault import Fault

LOG = "faults.jsonl"
_LONGEST_REQUEST = 500  # characters in the log


@dataclass
class _ActiveFault:
    """A fault that is set, with counts of the calls that it has seen and hit."""

    number: int
    fault: Fault
    seen: int = 0
    injected: int = 0
    chance: random.Random = field(default_factory=random.Random)

    @property
    def is_used_up(self) -> bool:
        return self.fault.times is not None and self.injected >= self.fault.times

    def hits(self, text: str) -> bool:
        if self.is_used_up or self.fault.matching not in text:
            return False
        self.seen += 1
        if self.seen <= self.fault.after or self.chance.random() >= self.fault.share:
            return False
        self.injected += 1
        return True


class Faults(GlobalService):
    """Thread-safe. A call is hit by one fault at most: by the first that was set."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.any = False  # checked first, for every call
        self._log = cloud.data_dir / LOG
        self._lock = threading.RLock()
        self._faults: list[_ActiveFault] = []
        self._number = 0
        self._held: dict[str, float] = {}

    def add(self, fault: Fault) -> int:
        """Adds a fault and returns its number in the list and in the log."""
        with self._lock:
            self._number += 1
            chance = random.Random(fault.seed)
            self._faults.append(_ActiveFault(self._number, fault, chance=chance))
            self.any = True
            return self._number

    def list(self) -> list[dict[str, Any]]:
        """The faults in the order in which they were set, with how many calls they have seen and
        hit."""
        with self._lock:
            return [
                {
                    "number": one.number,
                    "seen": one.seen,
                    "injected": one.injected,
                    **asdict(one.fault),
                }
                for one in self._faults
            ]

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
            self._held.clear()
            self.any = False

    def may_hit(self, call: str) -> bool:
        """Whether a fault is set for this call, so that the text of the request is needed."""
        with self._lock:
            return any(one.fault.call == call and not one.is_used_up for one in self._faults)

    def trigger(self, kinds: Collection[str], call: str, text: str) -> Fault | None:
        """The fault that hits this call, which is logged and counted; None if no fault does."""
        if not self.any:
            return None
        with self._lock:
            for one in self._faults:
                if one.fault.kind in kinds and one.fault.call == call and one.hits(text):
                    self.write(one.number, one.fault, text)
                    return one.fault
        return None

    def is_delayed(self, call: str, text: str) -> bool:
        """Whether a `slow` fault delays this background work now."""
        if not self.any:
            return False
        with self._lock:
            if text not in self._held:
                fault = self.trigger(("slow",), call, text)
                if fault is None:
                    return False
                self._held[text] = time.monotonic() + (fault.seconds or 0)
            if time.monotonic() < self._held[text]:
                return True
            del self._held[text]
            return False

    def write(self, number: int, fault: Fault, text: str) -> None:
        line: Mapping[str, Any] = {
            "time": time.time(),
            "fault": number,
            "kind": fault.kind,
            "call": fault.call,
            "request": text[:_LONGEST_REQUEST],
        }
        with self._lock, self._log.open("a") as file:
            file.write(json.dumps(line) + "\n")


def read(data_dir: Path) -> list[dict[str, Any]]:
    """The lines of the log, oldest first; none if there is no log."""
    try:
        lines = (data_dir / LOG).read_text().splitlines()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines]
