"""The quotas that each environment needs on AWS, for docs/aws-checklist.md."""

from infra.quotas import needed, of_drift, of_scoring
from infra.settings import ENVIRONMENTS, settings_for
from tools.blocks import table

_ON_AWS = [name for name in ENVIRONMENTS if name != "local"]


def render() -> str:
    """`1, 2` where the first run needs 1, and something later 2: an update of the endpoint."""
    columns = [
        {
            quota.name: _numbers(quota.least, quota.wanted)
            for quota in (*needed(settings), *of_scoring(settings), *of_drift(settings))
        }
        for (settings,) in map(settings_for, _ON_AWS)
    ]
    names = sorted({name for column in columns for name in column})
    rows = [[f"`{name}`", *(column.get(name, "") for column in columns)] for name in names]
    return table(["quota", *_ON_AWS], rows)


def _numbers(least: int, wanted: int) -> str:
    return str(least) if least == wanted else f"{least}, {wanted}"
