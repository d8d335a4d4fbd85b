"""The quotas of SageMaker that an environment needs, as its functions get them.

They and the words for one that is too small are made at synth (infra/quotas.py).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A quota by the name that Service Quotas has.

    With less than `least` SageMaker answers ResourceLimitExceeded to the first run already. With
    `wanted` an update of the endpoint succeeds, too, which has its old and its new instances at
    the same time.
    """

    name: str
    least: int
    wanted: int


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """The quotas of an environment, and words with {placeholders}."""

    needed: Sequence[Quota]
    sentence: str  # name, granted, needed, fix
    increase: str  # the command that asks AWS for more: code, wanted
    fewer: str  # what helps where AWS gives no more
    code_of_name: str  # the command that finds a quota's code: name

    @classmethod
    def read(cls, text: str) -> "Quotas":
        """From what `write` made."""
        document: dict[str, Any] = json.loads(text)
        return cls(**document | {"needed": [Quota(**quota) for quota in document["needed"]]})

    def write(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    def shortage(self, quota: Quota, listed: Mapping[str, Any], needed: int) -> str:
        """How much there is of a quota as Service Quotas lists it, how much is needed, and what to
        do."""
        fix = self.increase.format(code=listed["QuotaCode"], wanted=quota.wanted)
        if not listed.get("Adjustable", True):
            fix = self.fewer
        return self._say(quota.name, listed["Value"], needed, fix)

    def exceeded(self, name: str, granted: int, needed: int) -> str:
        """The same of a limit as ResourceLimitExceeded names it."""
        code = self.code_of_name.format(name=name)
        return self._say(name, granted, needed, self.increase.format(code=code, wanted=needed))

    def _say(self, name: str, granted: float, needed: int, fix: str) -> str:
        return self.sentence.format(name=name, granted=granted, needed=needed, fix=fix)
