"""The resources that are left in the embedded AWS after `cdk destroy`."""

from collections.abc import Callable
from typing import Any

from reviews.client.aws import stacks
from reviews.client.aws.connection import Connection
from reviews.client.aws.stack_outputs import find_stack, outputs_of


def remove_bootstrap(connection: Connection) -> None:
    """Deletes the bootstrap stack, and its bucket, which CloudFormation retains."""
    cloudformation = connection.client("cloudformation")
    if stacks.BOOTSTRAP not in _names(_stacks(connection), "StackName"):
        return
    bucket = outputs_of(find_stack(cloudformation, stacks.BOOTSTRAP))["BucketName"]
    cloudformation.delete_stack(StackName=stacks.BOOTSTRAP)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stacks.BOOTSTRAP)
    empty_and_delete(connection, bucket)


def empty_and_delete(connection: Connection, bucket: str) -> None:
    """Deletes a bucket with all versions of its objects; does nothing if there is none."""
    s3 = connection.client("s3")
    if bucket not in _names(s3.list_buckets()["Buckets"], "Name"):
        return
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=bucket, Key=item["Key"], VersionId=item["VersionId"])
    s3.delete_bucket(Bucket=bucket)


def find(connection: Connection) -> dict[str, list[str]]:
    """The names of all resources that still exist, by kind."""
    return {kind: sorted(list_names(connection)) for kind, list_names in _KINDS.items()}


def _pages(
    connection: Connection, service: str, operation: str, key: str, name: str, **arguments: Any
) -> list[str]:
    paginator = connection.client(service).get_paginator(operation)
    return [item[name] for page in paginator.paginate(**arguments) for item in page[key]]


def _names(items: list[dict[str, Any]], key: str) -> list[str]:
    return [str(item[key]) for item in items]


def _stacks(connection: Connection) -> list[dict[str, Any]]:
    pages = connection.client("cloudformation").get_paginator("describe_stacks").paginate()
    found = (stack for page in pages for stack in page["Stacks"])
    return [stack for stack in found if stack["StackStatus"] != "DELETE_COMPLETE"]


def _account(connection: Connection) -> str:
    return str(connection.client("sts").get_caller_identity()["Account"])


def _tables(connection: Connection) -> list[str]:
    """database.table for every Glue table, and the bare name of every other database."""
    databases = _pages(connection, "glue", "get_databases", "DatabaseList", "Name")
    tables = [
        f"{database}.{table}"
        for database in databases
        for table in _pages(
            connection, "glue", "get_tables", "TableList", "Name", DatabaseName=database
        )
    ]
    # Every account has the database `default`.
    return tables + [database for database in databases if database != "default"]


_KINDS: dict[str, Callable[[Connection], list[str]]] = {
    "stacks": lambda aws: _names(_stacks(aws), "StackName"),
    "buckets": lambda aws: _names(aws.client("s3").list_buckets()["Buckets"], "Name"),
    "endpoints": lambda aws: _pages(
        aws, "sagemaker", "list_endpoints", "Endpoints", "EndpointName"
    ),
    "endpoint configurations": lambda aws: _pages(
        aws, "sagemaker", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"
    ),
    "models": lambda aws: _pages(aws, "sagemaker", "list_models", "Models", "ModelName"),
    "model package groups": lambda aws: _pages(
        aws,
        "sagemaker",
        "list_model_package_groups",
        "ModelPackageGroupSummaryList",
        "ModelPackageGroupName",
    ),
    "scalable targets": lambda aws: _pages(
        aws,
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets",
        "ResourceId",
        ServiceNamespace="sagemaker",
    ),
    "feature groups": lambda aws: _pages(
        aws, "sagemaker", "list_feature_groups", "FeatureGroupSummaries", "FeatureGroupName"
    ),
    "tables": _tables,
    "state machines": lambda aws: _pages(
        aws, "stepfunctions", "list_state_machines", "stateMachines", "name"
    ),
    "schedules": lambda aws: _pages(aws, "scheduler", "list_schedules", "Schedules", "Name"),
    "functions": lambda aws: _pages(aws, "lambda", "list_functions", "Functions", "FunctionName"),
    "alarms": lambda aws: _pages(aws, "cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "budgets": lambda aws: _pages(
        aws, "budgets", "describe_budgets", "Budgets", "BudgetName", AccountId=_account(aws)
    ),
    "topics": lambda aws: _pages(aws, "sns", "list_topics", "Topics", "TopicArn"),
    "roles": lambda aws: _pages(aws, "iam", "list_roles", "Roles", "RoleName"),
    "log groups": lambda aws: _pages(
        aws, "logs", "describe_log_groups", "logGroups", "logGroupName"
    ),
}
