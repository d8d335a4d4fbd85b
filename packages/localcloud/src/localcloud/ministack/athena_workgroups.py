"""The configuration of the workgroup `primary`, which clients read before they query."""

from collections.abc import Callable

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

# The configuration of a new account's workgroup; awswrangler needs these members.
_PRIMARY = {
    "EnforceWorkGroupConfiguration": False,
    "PublishCloudWatchMetricsEnabled": False,
    "RequesterPaysEnabled": False,
}


def describe_primary(ministack: Ministack, ensure: Callable[[], None]) -> Callable[[], None]:
    def ensure_described() -> None:
        ensure()
        configuration = ministack.athena._workgroups["primary"]["Configuration"]
        for name, value in _PRIMARY.items():
            configuration.setdefault(name, value)

    return ensure_described


PATCHES = (
    Patch(
        target="services.athena:_ensure_default_workgroup",
        make=describe_primary,
        why="GetWorkGroup returns the members of `primary` that awswrangler needs",
        upstream="Athena: the configuration of the workgroup `primary` lacks members",
        test="athena/test_athena.py"
        "::test_the_primary_workgroup_has_the_members_that_awswrangler_reads",
        uses=names("services.athena", "_workgroups"),
    ),
)
