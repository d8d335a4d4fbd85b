"""Athena's workgroups, as far as clients ask for them before they query."""

from typing import Any

from localcloud.ministack.seam import require

# What GetWorkGroup says of an account's first workgroup; without it awswrangler cannot query.
_PRIMARY = {
    "EnforceWorkGroupConfiguration": False,
    "PublishCloudWatchMetricsEnabled": False,
    "RequesterPaysEnabled": False,
}


def describe_primary(athena: Any) -> None:
    require(athena, "_ensure_default_workgroup", "_workgroups")
    ensure = athena._ensure_default_workgroup

    def ensure_described() -> None:
        ensure()
        configuration = athena._workgroups["primary"]["Configuration"]
        for name, value in _PRIMARY.items():
            configuration.setdefault(name, value)

    athena._ensure_default_workgroup = ensure_described
