"""Faults as clients see them."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from localcloud.server import LocalCloud
from worlds.execution_world import BUCKET, World
from worlds.faulty_cloud import Clients, error, make_group
from worlds.waiting import until

SAGEMAKER = {"ServiceNamespace": "sagemaker"}


@pytest.mark.parametrize(
    ("service", "call", "ask", "expected"),
    [
        (
            "sagemaker",
            "sagemaker:ListTrainingJobs",
            lambda client: client.list_training_jobs(),
            ("ThrottlingException", "Rate exceeded", 400),
        ),
        (
            "sagemaker-featurestore-runtime",
            "sagemaker:PutRecord",
            lambda client: client.put_record(
                FeatureGroupName="g", Record=[{"FeatureName": "f", "ValueAsString": "v"}]
            ),
            ("ThrottlingException", "Rate exceeded", 400),
        ),
        (
            "s3",
            "s3:PutObject",
            lambda client: client.put_object(Bucket=BUCKET, Key="k", Body=b""),
            ("SlowDown", "Please reduce your request rate.", 503),
        ),
        (
            "lambda",
            "lambda:ListFunctions",
            lambda client: client.list_functions(),
            ("TooManyRequestsException", "Rate exceeded", 429),
        ),
        (
            "athena",
            "athena:ListWorkGroups",
            lambda client: client.list_work_groups(),
            ("ThrottlingException", "Rate exceeded", 400),
        ),
        (
            "sns",
            "sns:ListTopics",
            lambda client: client.list_topics(),
            ("Throttling", "Rate exceeded", 400),
        ),
        (
            "cloudwatch",
            "cloudwatch:DescribeAlarms",
            lambda client: client.describe_alarms(),
            ("Throttling", "Rate exceeded", 400),
        ),
    ],
)
def test_a_throttled_call_has_the_error_of_its_service(
    cloud: LocalCloud,
    client: Clients,
    service: str,
    call: str,
    ask: Callable[[Any], Any],
    expected: tuple[str, str, int],
) -> None:
    cloud.faults.add("throttle", call)
    with pytest.raises(ClientError) as raised:
        ask(client(service))
    assert error(raised) == expected
    (shown,) = cloud.faults.list()
    assert (shown["seen"], shown["injected"]) == (1, 1)
    logged = cloud.faults.log()[-1]
    assert (logged["kind"], logged["call"]) == ("throttle", call)


@pytest.mark.parametrize(
    ("service", "call", "request_of"),
    [
        ("application-autoscaling", "application-autoscaling:DescribeScalableTargets", SAGEMAKER),
        ("athena", "athena:ListWorkGroups", {}),
        ("cloudformation", "cloudformation:ListStacks", {}),
        ("cloudwatch", "cloudwatch:DescribeAlarms", {}),
        ("ecr", "ecr:DescribeRepositories", {}),
        ("events", "events:ListRules", {}),
        ("glue", "glue:GetDatabases", {}),
        ("iam", "iam:ListRoles", {}),
        ("kms", "kms:ListKeys", {}),
        ("lambda", "lambda:ListFunctions", {}),
        ("logs", "logs:DescribeLogGroups", {}),
        ("s3", "s3:ListBuckets", {}),
        ("sagemaker", "sagemaker:ListModels", {}),
        ("service-quotas", "servicequotas:ListServiceQuotas", {"ServiceCode": "sagemaker"}),
        ("sns", "sns:ListTopics", {}),
        ("ssm", "ssm:DescribeParameters", {}),
        ("stepfunctions", "states:ListStateMachines", {}),
        ("sts", "sts:GetCallerIdentity", {}),
    ],
)
def test_calls_of_every_service_can_be_throttled(
    cloud: LocalCloud, client: Clients, service: str, call: str, request_of: dict[str, str]
) -> None:
    ask = getattr(client(service), xform_name(call.partition(":")[2]))
    cloud.faults.add("throttle", call)
    with pytest.raises(ClientError, match=r"Throttling|SlowDown|TooManyRequests"):
        ask(**request_of)
    ask(**request_of)


def test_lambdas_throttling_says_why(cloud: LocalCloud, client: Clients) -> None:
    functions = client("lambda")
    cloud.faults.add("throttle", "lambda:ListFunctions")
    with pytest.raises(functions.exceptions.TooManyRequestsException) as raised:
        functions.list_functions()
    assert raised.value.response["Reason"] == "CallerRateLimitExceeded"


def test_only_the_calls_with_the_text_are_hit(cloud: LocalCloud, client: Clients) -> None:
    cloud.faults.add("error", "sagemaker:CreateModelPackageGroup", times=2, matching="other-")
    make_group(client("sagemaker"), "one")
    with pytest.raises(ClientError) as raised:
        make_group(client("sagemaker"), "other-one")
    assert error(raised) == (
        "InternalFailure",
        "The request processing has failed because of an unknown error, exception or failure.",
        500,
    )
    assert '"other-one"' in cloud.faults.log()[-1]["request"]


def test_boto3_finds_again_what_it_created_when_the_answer_was_lost(
    cloud: LocalCloud, world: World
) -> None:
    cloud.faults.add("lost", "sagemaker:CreateModelPackageGroup")
    with pytest.raises(ClientError, match="already exists") as raised:
        make_group(world.sagemaker, "lost")
    assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_lost_answer_is_a_closed_connection(
    cloud: LocalCloud, world: World, client: Clients
) -> None:
    cloud.faults.add("lost", "s3:PutObject", matching="closed")
    with pytest.raises(ConnectionClosedError):
        client("s3").put_object(Bucket=BUCKET, Key="closed", Body=b"kept")
    assert world.read("closed") == b"kept"


def test_a_slow_call_is_carried_out_after_its_client_has_gone(
    cloud: LocalCloud, world: World, client: Clients
) -> None:
    cloud.faults.add("slow", "sagemaker:CreateModelPackageGroup", seconds=1)
    impatient = Config(read_timeout=0.2, retries={"total_max_attempts": 1})
    with pytest.raises(ReadTimeoutError):
        make_group(world.client("sagemaker", config=impatient), "late")
    groups = client("sagemaker")
    assert until(lambda: groups.list_model_package_groups(NameContains="late"), has_groups)


def has_groups(listed: dict[str, Any]) -> bool:
    return bool(listed["ModelPackageGroupSummaryList"])
