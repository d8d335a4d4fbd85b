"""Connects the environments between which approved models go: each knows where the other one is."""

from collections.abc import Sequence
from dataclasses import replace

from infra.setting_error import SettingsError
from infra.settings.environment import Settings
from infra.settings.promotion import Peer


def connect(
    every: Sequence[Settings], promotions: Sequence[tuple[str, str]]
) -> tuple[Settings, ...]:
    """The settings with the sources and targets of each environment. A promotion is (from, to).

    Raises SettingsError for an environment that is unknown or there twice, and for two of which
    only one has its account in its settings: the other one would be looked for in the wrong
    account.
    """
    by_name: dict[str, Settings] = {}
    for settings in every:
        if settings.environment in by_name:
            allowed = "each environment once, in the function of its name"
            raise SettingsError(name="environment", value=settings.environment, allowed=allowed)
        by_name[settings.environment] = settings
    for pair in promotions:
        is_pair = isinstance(pair, tuple) and len(pair) == len(set(pair)) == 2
        if not (is_pair and by_name.keys() >= set(pair)):
            allowed = f"(from, to), two of {', '.join(by_name)}"
            raise SettingsError(name="promotions", value=pair, allowed=allowed)
        source, target = (by_name[name] for name in pair)
        _check_accounts(source, target)
        gives, takes = source.promotion, target.promotion
        gives = replace(gives, targets=(*gives.targets, _peer(target)))
        takes = replace(takes, sources=(*takes.sources, _peer(source)))
        by_name[source.environment] = replace(source, promotion=gives)
        by_name[target.environment] = replace(target, promotion=takes)
    return tuple(by_name.values())


def _check_accounts(source: Settings, target: Settings) -> None:
    if bool(source.account) != bool(target.account):
        without, other = (target, source) if source.account else (source, target)
        allowed = (
            f"12 digits, since {other.environment}, to or from which it promotes, names its own"
        )
        raise SettingsError(name=f"account of {without.environment}", value="", allowed=allowed)


def _peer(settings: Settings) -> Peer:
    return Peer(
        environment=settings.environment,
        name=settings.name,
        account=settings.account,
        region=settings.region,
    )
