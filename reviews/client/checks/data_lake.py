"""Whether Lake Formation leaves the Glue database of the features to IAM."""

from collections.abc import Callable

from reviews.client.aws import stacks
from reviews.client.aws.connection import Connection
from reviews.client.checks.findings import Finding, Verdict, judge

_CHECK = "Lake Formation"
_EVERYBODY = "IAM_ALLOWED_PRINCIPALS"
_DEFAULTS = {
    "CreateDatabaseDefaultPermissions": "databases",
    "CreateTableDefaultPermissions": "tables",
}
_PAGE = "docs/aws-checklist.md#lake-formation"


def iam_decides(connection: Connection) -> Finding:
    """Whether IAM alone decides about new databases and tables, as AWS sets it at first. Otherwise
    the Feature Group fails: "Insufficient Lake Formation permission(s)"
    (github.com/aws/amazon-sagemaker-examples, issue 2079). Those that exist keep what they have.
    """
    settings = connection.client("lakeformation").get_data_lake_settings()["DataLakeSettings"]
    refused = [
        kind
        for name, kind in _DEFAULTS.items()
        if _EVERYBODY
        not in [one["Principal"]["DataLakePrincipalIdentifier"] for one in settings.get(name, [])]
    ]
    text = f"IAM alone does not decide about new {' and '.join(refused)}"
    features = stacks.names(connection.settings)[1]
    if refused and stacks.is_up(stacks.find(connection, features).get("StackStatus", "")):
        later = "that it does, for another Feature Group after a change of the features"
        return Finding(check=_CHECK, verdict=Verdict.WARNING, found=text, needed=later, fix=_PAGE)
    return judge(
        _CHECK,
        not refused,
        text if refused else "IAM decides about new databases and tables",
        needed="that it does, for the table of the Feature Group",
        fix=_PAGE,
        blocks=True,
    )


CHECKS: dict[str, Callable[[Connection], Finding]] = {_CHECK: iam_decides}
