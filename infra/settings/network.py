"""The settings of the network of jobs and endpoint."""

import re
from collections.abc import Sequence

from infra.setting_error import SettingsError
from infra.setting_group import settings_group

_MOST_SUBNETS = 16


@settings_group
class Network:
    """The network of jobs and endpoint. `vpc` is empty for SageMaker's own network, `new` for a VPC
    of this environment without access to the internet, or the id of an existing VPC, of which the
    `subnets` are used: at least two, in two zones, since an endpoint requires them.

    Without access to a package index, `wheels` is the prefix in the data bucket that has the
    packages (docs/security.md).
    """

    vpc: str = ""  # empty, new, or the id of an existing VPC
    subnets: Sequence[str] = ()  # ids of subnets of an existing VPC
    isolated: bool = False  # network isolation of training, evaluation and serving
    wheels: str = ""  # prefix of the packages in the data bucket

    def __post_init__(self) -> None:
        is_existing = self.vpc.startswith("vpc-")
        if self.vpc not in ("", "new") and not is_existing:
            raise SettingsError(name="network.vpc", value=self.vpc, allowed="'', new, vpc-…")
        self._check_subnets(is_existing)
        if self.closed and not self.wheels:
            allowed = "a prefix in the data bucket, since the network cannot reach a package index"
            raise SettingsError(name="network.wheels", value="", allowed=allowed)
        if self.wheels.startswith(("/", "s3:")):
            allowed = "a prefix in the data bucket, such as wheels/"
            raise SettingsError(name="network.wheels", value=self.wheels, allowed=allowed)

    def _check_subnets(self, is_existing: bool) -> None:
        """An endpoint requires at least two, and SageMaker accepts at most sixteen:
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
        """Whether the network cannot reach a package index and a model hub."""
        return self.isolated or self.vpc == "new"
