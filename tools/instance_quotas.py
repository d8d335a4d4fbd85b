"""The quotas that each environment needs on AWS, for docs/aws-checklist.md."""

from cli.quotas import wanted
from infra.settings import ENVIRONMENTS, settings_for
from tools.blocks import table

_ON_AWS = [name for name in ENVIRONMENTS if name != "local"]


def render() -> str:
    needed = [wanted(*settings_for(name)) for name in _ON_AWS]
    quotas = sorted({quota for counts in needed for quota in counts})
    rows = [[f"`{quota}`", *(str(counts.get(quota, 0)) for counts in needed)] for quota in quotas]
    return table(["quota", *_ON_AWS], rows)
