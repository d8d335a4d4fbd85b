"""The network of jobs and endpoint."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from infra.setting_error import SettingsError

_MOST_SUBNETS = 16


@dataclass(frozen=True, kw_only=True)
class Network:
    """Where jobs and endpoint run. `vpc` is empty for SageMaker's own network, `new` for a VPC of
    this environment with no way to the internet, or the id of an existing one, whose `subnets`
    are to be used: two at least, of two zones, since an endpoint wants as many.

    Where there is no way to a package index, `wheels` is the prefix in the data bucket that has
    the packages (docs/security.md).
    """

    vpc: str = ""  # or new, or the id of yours
    subnets: Sequence[str] = ()  # ids, of an existing VPC
    isolated: bool = False  # containers that train, evaluate and serve reach nothing at all
    wheels: str = ""  # prefix of the packages, where there is no way to an index

    def __post_init__(self) -> None:
        is_existing = self.vpc.startswith("vpc-")
        if self.vpc not in ("", "new") and not is_existing:
            raise SettingsError(name="network.vpc", value=self.vpc, allowed="'', new, vpc-…")
        self._check_subnets(is_existing)
        if self.closed and not self.wheels:
            allowed = "a prefix in the data bucket, where there is no way to a package index"
            raise SettingsError(name="network.wheels", value="", allowed=allowed)
        if self.wheels.startswith(("/", "s3:")):
            allowed = "a prefix in the data bucket, such as wheels/"
            raise SettingsError(name="network.wheels", value=self.wheels, allowed=allowed)

    def _check_subnets(self, is_existing: bool) -> None:
        """An endpoint wants at least two, and SageMaker takes no more than sixteen:
        https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
        """
        allowed = f"2 to {_MOST_SUBNETS} ids of the existing VPC's subnets, of two zones or more"
        if not is_existing:
            allowed = "none without an existing VPC"
        ids = {subnet for subnet in self.subnets if re.fullmatch(r"subnet-[0-9a-z]+", subnet)}
        fits = len(ids) == len(self.subnets) and 2 <= len(ids) <= _MOST_SUBNETS
        if not (fits if is_existing else not self.subnets):
            raise SettingsError(name="network.subnets", value=self.subnets, allowed=allowed)

    @property
    def closed(self) -> bool:
        """Whether a package index and a model hub are out of reach."""
        return self.isolated or self.vpc == "new"
