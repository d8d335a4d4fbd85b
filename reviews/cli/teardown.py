"""After `cdk destroy` in the embedded AWS: what is left?

    python -m reviews.cli.teardown --env local

Also removes what `cdk bootstrap` made, since the embedded AWS belongs to this project alone;
on AWS other apps of the account use it, so only the environment `local` may be named.
"""

import sys
from collections.abc import Callable
from typing import Annotated, Any

import boto3
import typer
from rich.console import Console
from rich.table import Table

from reviews.cli.output import plain_errors
from reviews.client.errors import InvalidArgument

_BOOTSTRAP_STACK = "CDKToolkit"
console = Console()


@plain_errors
def main(env: Annotated[str, typer.Option()] = "local") -> None:
    """Remove the bootstrap stack, list what is left, and exit with 1 if anything is."""
    if env != "local":
        raise InvalidArgument(f"--env {env}: only local; on AWS other apps use {_BOOTSTRAP_STACK}")
    remove_bootstrap()
    left = leftovers()
    show(left)
    if any(left.values()):
        console.print("cdk destroy left something behind.", style="red")
        sys.exit(1)


def remove_bootstrap() -> None:
    """Deletes the bootstrap stack, and its bucket and images, which that stack retains."""
    cloudformation = boto3.client("cloudformation")
    stacks = {stack["StackName"] for stack in _stacks(cloudformation)}
    if _BOOTSTRAP_STACK not in stacks:
        return
    described = cloudformation.describe_stacks(StackName=_BOOTSTRAP_STACK)["Stacks"][0]
    outputs = {item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", [])}
    cloudformation.delete_stack(StackName=_BOOTSTRAP_STACK)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=_BOOTSTRAP_STACK)
    empty_and_delete(outputs["BucketName"])


def empty_and_delete(bucket: str) -> None:
    """Deletes a bucket with all versions of its objects; does nothing if there is none."""
    s3 = boto3.client("s3")
    if bucket not in _names(s3.list_buckets()["Buckets"], "Name"):
        return
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=bucket, Key=item["Key"], VersionId=item["VersionId"])
    s3.delete_bucket(Bucket=bucket)


def leftovers() -> dict[str, list[str]]:
    """Names of everything of this project that still exists, by kind."""
    return {kind: sorted(find()) for kind, find in _FINDERS.items()}


def show(left: dict[str, list[str]]) -> None:
    table = Table("kind", "left", box=None, pad_edge=False)
    for kind, names in left.items():
        table.add_row(kind, ", ".join(names) or "none")
    console.print(table)


def _pages(service: str, operation: str, key: str, name: str, **arguments: Any) -> list[str]:
    paginator = boto3.client(service).get_paginator(operation)
    return [item[name] for page in paginator.paginate(**arguments) for item in page[key]]


def _names(items: list[dict[str, Any]], key: str) -> list[str]:
    return [str(item[key]) for item in items]


def _stacks(cloudformation: Any) -> list[dict[str, Any]]:
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    stacks = [stack for page in pages for stack in page["Stacks"]]
    return [stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"]


def _tables() -> list[str]:
    """database.table for every Glue table, and the bare name of every other database."""
    databases = _pages("glue", "get_databases", "DatabaseList", "Name")
    tables = [
        f"{database}.{table}"
        for database in databases
        for table in _pages("glue", "get_tables", "TableList", "Name", DatabaseName=database)
    ]
    # Athena's own database comes with every account.
    return tables + [database for database in databases if database != "default"]


_FINDERS: dict[str, Callable[[], list[str]]] = {
    "stacks": lambda: _names(_stacks(boto3.client("cloudformation")), "StackName"),
    "buckets": lambda: _names(boto3.client("s3").list_buckets()["Buckets"], "Name"),
    "endpoints": lambda: _pages("sagemaker", "list_endpoints", "Endpoints", "EndpointName"),
    "endpoint configurations": lambda: _pages(
        "sagemaker", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"
    ),
    "models": lambda: _pages("sagemaker", "list_models", "Models", "ModelName"),
    "model package groups": lambda: _pages(
        "sagemaker",
        "list_model_package_groups",
        "ModelPackageGroupSummaryList",
        "ModelPackageGroupName",
    ),
    "scalable targets": lambda: _pages(
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets",
        "ResourceId",
        ServiceNamespace="sagemaker",
    ),
    "feature groups": lambda: _pages(
        "sagemaker", "list_feature_groups", "FeatureGroupSummaries", "FeatureGroupName"
    ),
    "tables": _tables,
    "state machines": lambda: _pages(
        "stepfunctions", "list_state_machines", "stateMachines", "name"
    ),
    "functions": lambda: _pages("lambda", "list_functions", "Functions", "FunctionName"),
    "alarms": lambda: _pages("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "topics": lambda: _pages("sns", "list_topics", "Topics", "TopicArn"),
    "roles": lambda: _pages("iam", "list_roles", "Roles", "RoleName"),
    "log groups": lambda: _pages("logs", "describe_log_groups", "logGroups", "logGroupName"),
}


if __name__ == "__main__":
    typer.run(main)
