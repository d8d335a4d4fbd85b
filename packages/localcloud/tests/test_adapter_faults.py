"""Faults as clients, state machines, functions, jobs and templates see them."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from localcloud.__main__ import main
from localcloud.faults.fault import OFFLINE_STORE, FaultError
from localcloud.server import LocalCloud
from worlds.execution_world import BUCKET, World, zipped
from worlds.served_model import make_model
from worlds.waiting import until

Clients = Callable[[str], Any]
ONCE = Config(retries={"total_max_attempts": 1})
ROLE = "arn:aws:iam::000000000000:role/execution"
NO_CAPACITY = (
    "Unable to provision requested ML compute capacity{}. Please retry using a different ML "
    "instance type or after some time."
)
# Writes down that it was called, and then takes as long as it is told.
HANDLER = """
import time, boto3

def handler(event, context):
    boto3.client("s3").put_object(Bucket=event["bucket"], Key=event["key"], Body=b"done")
    time.sleep(event.get("seconds", 0))
    return "answer"
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture(scope="module")
def world(cloud: LocalCloud) -> World:
    made = World(cloud.environment())
    made.role = made.make_role()
    made.client("s3").create_bucket(Bucket=BUCKET)
    return made


@pytest.fixture(scope="module")
def client(world: World) -> Clients:
    """One of each service, which asks once."""
    return cache(lambda service: world.client(service, config=ONCE))


@pytest.fixture(autouse=True)
def _all_goes_well_again(cloud: LocalCloud) -> Iterator[None]:
    yield
    cloud.faults.clear()


@pytest.fixture(scope="module")
def function(world: World) -> str:
    world.client("lambda").create_function(
        FunctionName="works",
        Runtime="python3.12",
        Role=world.role,
        Handler="handler.handler",
        Timeout=2,
        Code={"ZipFile": zipped("handler.py", HANDLER)},
    )
    return "works"


def error(raised: pytest.ExceptionInfo[ClientError]) -> tuple[str, str, int]:
    response = raised.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return response["Error"]["Code"], response["Error"]["Message"], status


def make_group(sagemaker: Any, name: str) -> Any:
    return sagemaker.create_model_package_group(ModelPackageGroupName=name)


# -- clients -------------------------------------------------------------------------------------


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


# -- state machines ------------------------------------------------------------------------------


def run(states: Any, resource: str, arguments: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The end of an execution with this task alone."""
    task = {"Type": "Task", "Resource": resource, "Arguments": arguments, "End": True, **more}
    definition = {"QueryLanguage": "JSONata", "StartAt": "Task", "States": {"Task": task}}
    name = f"machine-{len(states.list_state_machines()['stateMachines'])}"
    machine = states.create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    return until(
        lambda: states.describe_execution(executionArn=execution),
        lambda described: described["status"] != "RUNNING",
    )


@pytest.mark.parametrize(
    ("fault", "service", "operation", "name", "cause"),
    [
        ("throttle", "sagemaker", "ListModels", "SageMaker.SageMakerException", "Rate exceeded"),
        ("throttle", "sns", "ListTopics", "Sns.SnsException", "Rate exceeded"),
        ("error", "sns", "ListTopics", "Sns.InternalErrorException", "The request processing"),
        ("throttle", "athena", "ListWorkGroups", "Athena.AthenaException", "Rate exceeded"),
        ("throttle", "s3", "ListBuckets", "S3.S3Exception", "Please reduce your request rate."),
        (
            "lost",
            "sagemaker",
            "ListModels",
            "SageMaker.SdkClientException",
            "Unable to execute HTTP request: The target server failed to respond",
        ),
    ],
)
def test_a_task_fails_with_the_name_that_the_sdk_has_for_it(
    cloud: LocalCloud,
    client: Clients,
    fault: str,
    service: str,
    operation: str,
    name: str,
    cause: str,
) -> None:
    cloud.faults.add(fault, f"{service}:{operation}")
    action = operation[0].lower() + operation[1:]
    ended = run(client("stepfunctions"), f"arn:aws:states:::aws-sdk:{service}:{action}", {})
    assert (ended["status"], ended["error"]) == ("FAILED", name)
    assert ended["cause"].startswith(cause)


@pytest.mark.parametrize(
    ("fault", "name", "cause"),
    [
        ("throttle", "Lambda.TooManyRequestsException", "Rate exceeded (Service: AWSLambda; "),
        ("error", "Lambda.ServiceException", "The request processing has failed because"),
        ("lost", "Lambda.SdkClientException", "Unable to execute HTTP request: The target"),
    ],
)
def test_a_function_that_could_not_be_called_is_called_again(
    cloud: LocalCloud, client: Clients, function: str, fault: str, name: str, cause: str
) -> None:
    states, invoke = client("stepfunctions"), "arn:aws:states:::lambda:invoke"
    arguments = {"FunctionName": function, "Payload": {"bucket": BUCKET, "key": f"sm-{fault}"}}
    cloud.faults.add(fault, "lambda:Invoke", times=2)
    ended = run(states, invoke, arguments)
    assert (ended["status"], ended["error"]) == ("FAILED", name)
    assert ended["cause"].startswith(cause)
    retry = {"ErrorEquals": [name], "IntervalSeconds": 1, "MaxDelaySeconds": 1}
    ended = run(states, invoke, arguments, Retry=[retry])
    assert ended["status"] == "SUCCEEDED", ended
    assert json.loads(ended["output"])["Payload"] == "answer"


# -- functions -----------------------------------------------------------------------------------


def invoke(functions: Any, function: str, **event: Any) -> tuple[str | None, Any]:
    response = functions.invoke(
        FunctionName=function, Payload=json.dumps({"bucket": BUCKET, **event})
    )
    return response.get("FunctionError"), json.loads(response["Payload"].read())


def test_a_killed_function_has_worked_but_not_answered(
    cloud: LocalCloud, world: World, client: Clients, function: str
) -> None:
    cloud.faults.add("kill", f"lambda:{function}")
    kind, body = invoke(client("lambda"), function, key="killed")
    assert (kind, body["errorType"]) == ("Unhandled", "Runtime.ExitError")
    assert body["errorMessage"].startswith("RequestId: ")
    assert body["errorMessage"].endswith(" Error: Runtime exited with error: signal: killed")
    assert world.read("killed") == b"done"
    assert invoke(client("lambda"), function, key="killed") == (None, "answer")


def test_a_function_is_killed_in_the_midst_of_its_work(
    cloud: LocalCloud, world: World, client: Clients, function: str
) -> None:
    cloud.faults.add("kill", f"lambda:{function}", seconds=0)
    kind, body = invoke(client("lambda"), function, key="midst", seconds=1)
    assert (kind, body["errorType"]) == ("Unhandled", "Runtime.ExitError")
    assert world.keys("midst") == []


def test_a_function_takes_too_long(
    cloud: LocalCloud, world: World, client: Clients, function: str
) -> None:
    cloud.faults.add("timeout", f"lambda:{function}")
    kind, body = invoke(client("lambda"), function, key="timeout")
    assert (kind, body["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert body["errorMessage"].endswith(" Error: Task timed out after 2.00 seconds")
    assert world.read("timeout") == b"done"


# -- machines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "start"), [("training", World.train), ("processing", World.process)]
)
def test_a_job_without_machines_fails_before_it_starts(
    cloud: LocalCloud, world: World, client: Clients, kind: str, start: Callable[..., Any]
) -> None:
    job = f"{kind.title()}Job"
    cloud.faults.add("capacity", f"sagemaker:Create{job}", matching="without-machines")
    start(world, "without-machines", "print('never')", wait=False)
    describe = getattr(client("sagemaker"), f"describe_{kind}_job")
    ended = until(
        lambda: describe(**{f"{job}Name": "without-machines"}),
        lambda described: described[f"{job}Status"] != "InProgress",
    )
    reason = f"CapacityError: {NO_CAPACITY.format('')}"
    assert (ended[f"{job}Status"], ended["FailureReason"]) == ("Failed", reason)
    assert f"{kind.title()}StartTime" not in ended


def test_an_endpoint_without_machines_fails(
    cloud: LocalCloud, world: World, client: Clients
) -> None:
    make_model(world, "unplaced", "def model_fn(_): return None")
    cloud.faults.add("capacity", "sagemaker:CreateEndpoint")
    sagemaker = client("sagemaker")
    sagemaker.create_endpoint(EndpointName="unplaced", EndpointConfigName="unplaced")
    ended = until(
        lambda: sagemaker.describe_endpoint(EndpointName="unplaced"),
        lambda described: described["EndpointStatus"] != "Creating",
    )
    reason = NO_CAPACITY.format(" due to InsufficientInstanceCapacity error")
    assert (ended["EndpointStatus"], ended["FailureReason"]) == ("Failed", reason)


# -- templates and the offline store -------------------------------------------------------------


def test_a_template_fails_with_cloudformations_words(cloud: LocalCloud, client: Clients) -> None:
    stacks = client("cloudformation")
    template = {"Resources": {"Data": {"Type": "AWS::S3::Bucket"}}}
    cloud.faults.add("error", "s3:CreateBucket")
    stacks.create_stack(StackName="faulty", TemplateBody=json.dumps(template))
    until(lambda: stacks.describe_stacks(StackName="faulty"), is_rolled_back)
    events = stacks.describe_stack_events(StackName="faulty")["StackEvents"]
    (reason,) = (
        event["ResourceStatusReason"]
        for event in events
        if event["ResourceStatus"] == "CREATE_FAILED"
    )
    assert reason.startswith(
        'Resource handler returned message: "We encountered an internal error. Please try again. '
        "(Service: S3, Status Code: 500, "
    )
    assert reason.endswith("HandlerErrorCode: ServiceInternalError)")


def is_rolled_back(described: dict[str, Any]) -> bool:
    return described["Stacks"][0]["StackStatus"] == "ROLLBACK_COMPLETE"


def test_records_reach_the_offline_store_late(
    cloud: LocalCloud, world: World, client: Clients
) -> None:
    sagemaker, records = client("sagemaker"), client("sagemaker-featurestore-runtime")
    sagemaker.create_feature_group(
        FeatureGroupName="late",
        RecordIdentifierFeatureName="id",
        EventTimeFeatureName="time",
        FeatureDefinitions=[
            {"FeatureName": "id", "FeatureType": "String"},
            {"FeatureName": "time", "FeatureType": "Fractional"},
        ],
        RoleArn=world.role,
        OfflineStoreConfig={"S3StorageConfig": {"S3Uri": f"s3://{BUCKET}/late"}},
    )
    until(
        lambda: sagemaker.describe_feature_group(FeatureGroupName="late"),
        lambda group: group["FeatureGroupStatus"] == "Created",
    )
    cloud.faults.add("slow", OFFLINE_STORE, seconds=600)
    values = {"id": "1", "time": "1.5"}
    records.put_record(
        FeatureGroupName="late",
        Record=[{"FeatureName": key, "ValueAsString": value} for key, value in values.items()],
    )
    assert until(lambda: cloud.faults.list()[0]["injected"])
    assert not has_files(client("s3"))
    cloud.faults.clear()
    assert until(lambda: has_files(client("s3")))


def has_files(s3: Any) -> bool:
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix="late/").get("Contents", [])
    return any(entry["Key"].endswith(".parquet") for entry in found)


# -- what cannot be set, and the command ---------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "call", "message"),
    [
        ("kill", "lambda:nobody", "Unknown function 'lambda:nobody'; allowed are: lambda:works"),
        ("timeout", "works", "Unknown function 'works'; allowed are: lambda:works"),
        ("interrupt", "nobody", "Requested resource not found."),
        (
            "throttle",
            "sagemaker:CreateNotebookInstance",
            "Unknown operation 'CreateNotebookInstance' of sagemaker; allowed are: AddTags,",
        ),
    ],
)
def test_what_the_server_does_not_have_is_refused(
    cloud: LocalCloud, function: str, kind: str, call: str, message: str
) -> None:
    with pytest.raises(FaultError) as refused:
        cloud.faults.add(kind, call)
    assert str(refused.value).startswith(message)
    assert cloud.faults.list() == []


def test_the_command_sets_shows_and_removes_faults(
    cloud: LocalCloud, client: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data-dir", str(cloud.data_dir)]
    fault = ["throttle", "states:ListStateMachines", "3", "--after", "0"]
    assert main(["faults", "add", *fault, *where]) == 0
    with pytest.raises(ClientError, match="Rate exceeded"):
        client("stepfunctions").list_state_machines()
    assert main(["faults", *where, "list"]) == 0
    shown = capsys.readouterr().out.splitlines()
    number = cloud.faults.list()[0]["number"]
    assert shown == [
        f"Fault {number} is set.",
        f"{number}: throttle states:ListStateMachines, 3 times; has seen 1 calls and hit 1",
    ]
    assert main(["faults", "clear", *where]) == 0
    assert main(["faults", "list", *where]) == 0
    assert main(["faults", "log", *where]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["fault"] == number


def test_the_command_says_what_is_wrong(
    cloud: LocalCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data-dir", str(cloud.data_dir)]
    assert main(["faults", "add", "slow", "athena:StartQueryExecution", *where]) == 1
    assert capsys.readouterr().err == (
        "localcloud: A fault of kind slow needs the option 'seconds'\n"
    )
