"""Asynchronous inference through real boto3 clients: S3, topics, logs and the queue."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from worlds.errors import error
from worlds.execution_world import BUCKET, INFERENCE, World, archive
from worlds.served_model import variant
from worlds.waiting import until

HANDLER = """
    import os, time

    def model_fn(_):
        return None

    def transform_fn(_, body, content_type, accept):
        body = body if isinstance(body, str) else bytes(body).decode()
        while os.environ.get("GATE") and not os.path.exists(os.environ["GATE"]):
            time.sleep(0.05)
        if body == "broken":
            raise ValueError("broken inside")
        return f"{body} of {content_type}", accept
"""


def configure(world: World, name: str, **changes: Any) -> None:
    request = {
        "EndpointConfigName": name,
        "ProductionVariants": [variant("AllTraffic", "answering")],
        "AsyncInferenceConfig": {
            "OutputConfig": {
                "S3OutputPath": f"s3://{BUCKET}/{name}/answers",
                "S3FailurePath": f"s3://{BUCKET}/{name}/failures",
            }
        },
    }
    world.sagemaker.create_endpoint_config(**request | changes)


def make_model(world: World, **environment: str) -> None:
    url = world.upload("models/answering.tar.gz", archive({"code/inference.py": HANDLER}))
    container = {"Image": INFERENCE, "ModelDataUrl": url, "Environment": environment}
    world.sagemaker.create_model(
        ModelName="answering", ExecutionRoleArn=world.role, PrimaryContainer=container
    )


@pytest.fixture(scope="module")
def model(world: World) -> str:
    make_model(world)
    return "answering"


@pytest.fixture(scope="module")
def topics(world: World) -> dict[str, str]:
    """Topics by name, each with a queue of the same name."""
    arns = {}
    for name in ("SuccessTopic", "ErrorTopic"):
        arns[name] = world.client("sns").create_topic(Name=name)["TopicArn"]
        sqs = world.client("sqs")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        (queue,) = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])[
            "Attributes"
        ].values()
        world.client("sns").subscribe(TopicArn=arns[name], Protocol="sqs", Endpoint=queue)
    return arns


@pytest.fixture(scope="module")
def endpoint(world: World, model: str, topics: dict[str, str]) -> Iterator[str]:
    output = {
        "S3OutputPath": f"s3://{BUCKET}/asked/answers/",
        "S3FailurePath": f"s3://{BUCKET}/asked/failures",
        "NotificationConfig": topics,
    }
    configure(world, "asked", AsyncInferenceConfig={"OutputConfig": output})
    world.sagemaker.create_endpoint(EndpointName="asked", EndpointConfigName="asked")
    described = world.wait_for_endpoint("asked")
    assert described["EndpointStatus"] == "InService", described
    assert described["AsyncInferenceConfig"] == {"OutputConfig": output}
    yield "asked"
    world.sagemaker.delete_endpoint(EndpointName="asked")


def ask(world: World, endpoint: str, **request: Any) -> dict[str, Any]:
    asked: dict[str, Any] = world.client("sagemaker-runtime").invoke_endpoint_async(
        EndpointName=endpoint, **{"ContentType": "text/csv", "Accept": "text/csv"} | request
    )
    return asked


def written(world: World, uri: str) -> bytes:
    key = uri.removeprefix(f"s3://{BUCKET}/")
    assert until(lambda: world.keys(key)), f"nothing was written to {uri}"
    return world.read(key)


def message_of(world: World, topic: str, inference_id: str) -> dict[str, Any]:
    """The message of a topic about a request."""
    sqs = world.client("sqs")
    url = sqs.get_queue_url(QueueName=topic)["QueueUrl"]
    found: list[dict[str, Any]] = []

    def look() -> list[dict[str, Any]]:
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        messages = (json.loads(json.loads(one["Body"])["Message"]) for one in received)
        found.extend(one for one in messages if one["inferenceId"] == inference_id)
        return found

    assert until(look)
    return found[0]


def test_an_answer_is_written_to_s3_and_a_topic_is_notified(world: World, endpoint: str) -> None:
    place = world.upload("asked/in.csv", "a")
    asked = ask(world, endpoint, InputLocation=place, InferenceId="first")
    assert asked["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert asked["InferenceId"] == "first"
    assert asked["OutputLocation"] == f"s3://{BUCKET}/asked/answers/first.out"
    assert asked["FailureLocation"] == f"s3://{BUCKET}/asked/failures/first-error.out"
    assert written(world, asked["OutputLocation"]) == b"a of text/csv"
    head = world.client("s3").head_object(Bucket=BUCKET, Key="asked/answers/first.out")
    assert head["ContentType"].startswith("text/csv")
    message = message_of(world, "SuccessTopic", "first")
    assert message.pop("eventTime") >= message.pop("receivedTime")
    assert message["responseParameters"].pop("contentType").startswith("text/csv")
    assert message == {
        "awsRegion": "us-east-1",
        "invocationStatus": "Completed",
        "requestParameters": {
            "accept": "text/csv",
            "contentType": "text/csv",
            "endpointName": endpoint,
            "inputLocation": place,
        },
        "responseParameters": {"outputLocation": asked["OutputLocation"]},
        "inferenceId": "first",
        "eventVersion": "1.0",
        "eventSource": "aws:sagemaker",
        "eventName": "InferenceResult",
    }


def test_a_request_has_its_body_and_names_the_place_of_its_answer(
    world: World, endpoint: str
) -> None:
    asked = ask(
        world,
        endpoint,
        Body=b"inline",
        S3OutputPathExtension="today",
        Filename="mine.csv",
        RequestTTLSeconds=60,
        InvocationTimeoutSeconds=30,
    )
    assert asked["OutputLocation"] == f"s3://{BUCKET}/asked/answers/today/mine.csv"
    assert written(world, asked["OutputLocation"]) == b"inline of text/csv"


def test_a_failure_is_written_told_and_logged(world: World, endpoint: str) -> None:
    asked = ask(world, endpoint, Body=b"broken")
    assert b"broken inside" in written(world, asked["FailureLocation"])
    message = message_of(world, "ErrorTopic", asked["InferenceId"])
    reason = (
        "ClientError: Received server error (500) from model. See the SageMaker Endpoint logs in "
        "your account for more information."
    )
    assert (message["invocationStatus"], message["failureReason"]) == ("Failed", reason)
    assert "responseParameters" not in message

    def data_log() -> list[str]:
        streams = world.log("/aws/sagemaker/Endpoints/asked", "AllTraffic/").items()
        return [line for name, log in streams if name.endswith("/data-log") for line in log]

    assert until(lambda: f"{asked['InferenceId']}: {reason}" in data_log())
    missing = ask(world, endpoint, InputLocation=f"s3://{BUCKET}/none")
    assert written(world, missing["FailureLocation"]).startswith(
        f"ClientError: cannot read s3://{BUCKET}/none: ".encode()
    )


def test_an_endpoint_is_asked_in_its_own_way(world: World, endpoint: str) -> None:
    runtime = world.client("sagemaker-runtime")
    with pytest.raises(ClientError) as raised:
        runtime.invoke_endpoint(EndpointName=endpoint, Body=b"a")
    assert error(raised) == (
        "ValidationError",
        f"Endpoint {endpoint} has AsyncInferenceConfig: ask it with InvokeEndpointAsync.",
    )
    for name, request, message in (
        ("nobody", {"Body": b"a"}, "Endpoint nobody of account 000000000000 not found."),
        (endpoint, {}, "A request needs either InputLocation or a Body."),
    ):
        with pytest.raises(ClientError) as raised:
            ask(world, name, **request)
        assert error(raised) == ("ValidationError", message)


@pytest.mark.parametrize(
    ("output", "changes", "message"),
    [
        ({}, {}, "OutputConfig.S3OutputPath is required by localcloud"),
        (
            {
                "S3OutputPath": "s3://b/c",
                "NotificationConfig": {
                    "IncludeInferenceResponseIn": ["SUCCESS_NOTIFICATION_TOPIC"]
                },
            },
            {},
            "IncludeInferenceResponseIn is not supported by localcloud",
        ),
        (
            {"S3OutputPath": "s3://b/c"},
            {
                "ProductionVariants": [
                    {
                        "VariantName": "v",
                        "ModelName": "answering",
                        "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
                    }
                ]
            },
            "AsyncInferenceConfig is not supported for serverless endpoints.",
        ),
    ],
)
def test_what_cannot_answer_asynchronously_is_refused(
    world: World, model: str, output: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError) as raised:
        configure(world, "refused", AsyncInferenceConfig={"OutputConfig": output}, **changes)
    assert error(raised) == ("ValidationException", message)


def test_an_accepted_request_is_answered_by_a_later_server(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with LocalCloud(data_dir=tmp_path / "cloud") as cloud:
        first = World(dict(cloud.environment()))
        first.role = first.make_role()
        first.client("s3").create_bucket(Bucket=BUCKET)
        make_model(first, GATE=str(gate))
        configure(first, "kept")
        first.sagemaker.create_endpoint(EndpointName="kept", EndpointConfigName="kept")
        assert first.wait_for_endpoint("kept")["EndpointStatus"] == "InService"
        places = [ask(first, "kept", Body=text)["OutputLocation"] for text in (b"a", b"b")]
    gate.touch()
    with LocalCloud(data_dir=tmp_path / "cloud") as cloud:
        second = World(dict(cloud.environment()))
        answers = [written(second, place) for place in places]
    assert answers == [b"a of text/csv", b"b of text/csv"]
