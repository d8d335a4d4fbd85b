"""Promotion: between which environments approved models go, without another training."""

from collections.abc import Sequence

from infra.setting_error import SettingsError
from infra.setting_group import settings_group


@settings_group
class Peer:
    """Another environment, and where it is."""

    environment: str  # its name
    name: str  # with which the names of its resources begin
    account: str  # empty: the account of this environment
    region: str  # its region

    def __str__(self) -> str:
        return self.environment


@settings_group
class Promotion:
    """[Promotion](promotion.md) of models that were approved. `PROMOTIONS` in
    `infra/settings/environments.py` has the pairs of environments, from which sources and targets
    follow: one lets the other read its models, by a role of its own, and the other takes them."""

    sources: Sequence[Peer] = ()  # environments whose approved models may come here
    targets: Sequence[Peer] = ()  # environments that may take the approved models of this one
    evaluation: bool = False  # of a model that comes, on the test split of the newest run here

    def __post_init__(self) -> None:
        for field in ("sources", "targets"):
            names = [peer.environment for peer in getattr(self, field)]
            if len(set(names)) < len(names):
                raise SettingsError(
                    name=f"promotion.{field}", value=names, allowed="each environment once"
                )

    def source(self, environment: str) -> Peer | None:
        return next((peer for peer in self.sources if peer.environment == environment), None)
