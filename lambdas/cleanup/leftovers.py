"""Deletes jobs, endpoint, models, logs and Glue table of an environment, each before those on which
it depends."""

import time
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.exceptions import ClientError

from contract.names import endpoint_log_group, scalable_target
from contract.s3_keys import STOPPED_ENDPOINT
from contract.steps import JobKind
from shared.endpoints import find_endpoint
from shared.running_jobs import named, running_jobs, stop_running

_NOT_FOUND = (
    "EntityNotFoundException",
    "ObjectNotFoundException",
    "ResourceNotFound",
    "ResourceNotFoundException",
)
# SageMaker deletes an endpoint only in one of these; every other EndpointStatus is transitional.
_STABLE = ("InService", "OutOfService", "Failed", "UpdateRollbackFailed")
_POLL_SECONDS = 2


class NotDeletedYet(Exception):
    """A resource was not deleted, or did not end, in time."""


def remove_leftovers(properties: dict[str, Any], deadline: float) -> None:
    """Deletes what the executions of an environment have created.

    `properties`: StateMachines (their ARNs), NamePrefix, Endpoint, ArtefactBucket,
    ModelPackageGroup, GlueDatabase, GlueTable, SecurityGroups (ids; none without a VPC).

    Raises NotDeletedYet when time.monotonic() has reached the deadline; it may be called again
    then. With KeepData "true" model versions, logs and the table of the features remain; the table
    also where nothing was ever executed.
    """
    prefix, endpoint = properties["NamePrefix"], properties["Endpoint"]
    sagemaker, states = boto3.client("sagemaker"), boto3.client("stepfunctions")
    is_used = any(has_executions(states, machine) for machine in properties["StateMachines"])
    for machine in properties["StateMachines"]:
        stop_executions(states, machine)
    stop_jobs(sagemaker, prefix, deadline)
    _ignore_missing(
        boto3.client("application-autoscaling").deregister_scalable_target,
        **scalable_target(properties["Endpoint"]),
    )
    delete_endpoint(sagemaker, endpoint, deadline)
    # That of a stopped endpoint, whose configuration is deleted now; a kept bucket would keep it.
    boto3.client("s3").delete_object(Bucket=properties["ArtefactBucket"], Key=STOPPED_ENDPOINT)
    for name in named(sagemaker, "list_endpoint_configs", "EndpointConfigs", prefix):
        sagemaker.delete_endpoint_config(EndpointConfigName=name)
    for name in named(sagemaker, "list_models", "Models", prefix):
        sagemaker.delete_model(ModelName=name)
    if properties["KeepData"] != "true":
        delete_packages(sagemaker, properties["ModelPackageGroup"])
        delete_logs(boto3.client("logs"), prefix, endpoint)
        if is_used:
            delete_table(properties)
    if properties.get("SecurityGroups"):
        wait_for_network_interfaces(boto3.client("ec2"), properties["SecurityGroups"], deadline)


def remove_old_table(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Deletes the Glue table of a Feature Group that was deleted. AWS leaves the table, and while
    it exists no group of that name can be created: it would be CreateFailed (AWS's notebook
    v3-feature-store-data-catalog-config in aws/sagemaker-python-sdk).

    The table of a group that exists remains, as when an update is rolled back, and so do all tables
    with KeepData.
    """
    if new["KeepData"] == "true" or old["GlueTable"] == new["GlueTable"]:
        return
    describe = boto3.client("sagemaker").describe_feature_group
    if not _ignore_missing(describe, FeatureGroupName=old["FeatureGroup"]):
        delete_table(old)


def delete_table(properties: dict[str, Any]) -> None:
    _ignore_missing(
        boto3.client("glue").delete_table,
        DatabaseName=properties["GlueDatabase"],
        Name=properties["GlueTable"],
    )


def has_executions(client: Any, state_machine: str) -> bool:
    """Whether the state machine has ever executed anything.

    If it has not, this may be the rollback of the stack's first deployment. The Feature Group is in
    another stack, which remains, and must keep its table. Where an unused environment is destroyed,
    the table is deleted with its Glue database.
    """
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=state_machine)
    return any(page["executions"] for page in pages)


def stop_executions(client: Any, state_machine: str) -> None:
    """Must be first: a running execution would start the next job."""
    pages = client.get_paginator("list_executions").paginate(
        stateMachineArn=state_machine, statusFilter="RUNNING"
    )
    for arn in [item["executionArn"] for page in pages for item in page["executions"]]:
        client.stop_execution(executionArn=arn, cause="the environment is being destroyed")


def stop_jobs(client: Any, prefix: str, deadline: float) -> None:
    """Stops the running jobs and waits until they have stopped, so that they write nothing more."""
    for kind in JobKind:
        stop_running(client, kind, prefix)
        _wait_until(
            lambda kind=kind: not running_jobs(client, kind, prefix),
            f"{kind.title} jobs",
            deadline,
        )


def delete_endpoint(client: Any, name: str, deadline: float) -> None:
    """An endpoint that is being created, updated or rolled back can only be deleted afterwards."""
    _wait_until(
        lambda: _endpoint_status(client, name) in (None, "Deleting", *_STABLE),
        f"endpoint {name}",
        deadline,
    )
    if _endpoint_status(client, name) in _STABLE:
        client.delete_endpoint(EndpointName=name)
    _wait_until(lambda: _endpoint_status(client, name) is None, f"endpoint {name}", deadline)


def _endpoint_status(client: Any, name: str) -> str | None:
    found = find_endpoint(client, name)
    return str(found["EndpointStatus"]) if found else None


def delete_packages(client: Any, group: str) -> None:
    """A group that has versions cannot be deleted."""
    pages = client.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
    found = [item["ModelPackageArn"] for page in pages for item in page["ModelPackageSummaryList"]]
    for arn in found:
        _ignore_missing(client.delete_model_package, ModelPackageName=arn)


def delete_logs(client: Any, prefix: str, endpoint: str) -> None:
    """Deletes the logs of this environment. Others of the account share the log groups of jobs, of
    which only an empty one is deleted."""
    _ignore_missing(client.delete_log_group, logGroupName=endpoint_log_group(endpoint))
    for group in dict.fromkeys(kind.log_group for kind in JobKind):
        streams = _ignore_missing(_streams, client, group, prefix) or []
        for stream in streams:
            _ignore_missing(client.delete_log_stream, logGroupName=group, logStreamName=stream)
        if streams and not client.describe_log_streams(logGroupName=group)["logStreams"]:
            _ignore_missing(client.delete_log_group, logGroupName=group)


def _streams(client: Any, group: str, prefix: str) -> list[str]:
    pages = client.get_paginator("describe_log_streams").paginate(
        logGroupName=group, logStreamNamePrefix=prefix
    )
    return [stream["logStreamName"] for page in pages for stream in page["logStreams"]]


def wait_for_network_interfaces(client: Any, groups: Sequence[str], deadline: float) -> None:
    """Waits until SageMaker has deleted the network interfaces of ended jobs and endpoints, for
    which it needs their roles. Until then CloudFormation can delete neither security group nor
    subnet (github.com/aws-cloudformation/cloudformation-coverage-roadmap, issue 1327).
    """
    filters = [{"Name": "group-id", "Values": list(groups)}]
    pages = client.get_paginator("describe_network_interfaces")
    _wait_until(
        lambda: not any(page["NetworkInterfaces"] for page in pages.paginate(Filters=filters)),
        f"network interfaces in {', '.join(groups)}",
        deadline,
    )


def _ignore_missing(action: Any, *arguments: Any, **parameters: Any) -> Any:
    """Calls it; None for an error that says that nothing was found."""
    try:
        return action(*arguments, **parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_FOUND:
            return None
        raise


def _wait_until(is_done: Any, what: str, deadline: float) -> None:
    while not is_done():
        if time.monotonic() > deadline:
            raise NotDeletedYet(f"{what} still there")
        time.sleep(_POLL_SECONDS)
