import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.hosting.capture import Exchange, file_name, lines
from worlds.execution_world import BUCKET, World
from worlds.served_model import BODY, HANDLER, invoke, make_model, variant
from worlds.waiting import until

MOMENT = datetime(2026, 1, 31, 9, 5, 7, 12_345, tzinfo=UTC)
EXCHANGE = Exchange(
    moment=MOMENT,
    request_type="text/csv; charset=utf-8",
    request=b"1,2",
    answer_type="application/json",
    answer=b'{"a": 1}',
    inference_id="mine",
)


def captured(exchange: Exchange, *modes: str, **types: list[str]) -> dict[str, Any]:
    config = {
        "CaptureOptions": [{"CaptureMode": mode} for mode in modes],
        "CaptureContentTypeHeader": types,
    }
    (line,) = lines([exchange], config)
    document: dict[str, Any] = json.loads(line)
    return document


def test_a_line_has_both_sides_and_the_events_metadata() -> None:
    document = captured(
        EXCHANGE,
        "Input",
        "Output",
        CsvContentTypes=["text/csv"],
        JsonContentTypes=["Application/JSON"],
    )
    assert document["captureData"] == {
        "endpointInput": {
            "observedContentType": "text/csv; charset=utf-8",
            "mode": "INPUT",
            "data": "1,2",
            "encoding": "CSV",
        },
        "endpointOutput": {
            "observedContentType": "application/json",
            "mode": "OUTPUT",
            "data": '{"a": 1}',
            "encoding": "JSON",
        },
    }
    assert document["eventVersion"] == "0"
    assert document["eventMetadata"].pop("eventId")
    assert document["eventMetadata"] == {
        "inferenceId": "mine",
        "inferenceTime": "2026-01-31T09:05:07Z",
    }


def test_content_of_an_unlisted_type_is_base64() -> None:
    (payload,) = captured(EXCHANGE, "Output")["captureData"].values()
    assert (payload["encoding"], base64.b64decode(payload["data"])) == ("BASE64", b'{"a": 1}')


def test_a_file_is_named_by_its_moment() -> None:
    assert file_name(MOMENT, "uuid") == "2026/01/31/09/05-07-012-uuid.jsonl"


def serve(world: World, name: str, destination: str, percent: int = 100, **changes: Any) -> None:
    world.sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[variant("only", "plain")],
        DataCaptureConfig={
            "InitialSamplingPercentage": percent,
            "DestinationS3Uri": destination,
            "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
            "CaptureContentTypeHeader": {"JsonContentTypes": ["application/jsonlines"]},
            **changes,
        },
    )
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)


@pytest.fixture(scope="module", autouse=True)
def model(world: World) -> None:
    make_model(world, "plain", HANDLER.replace("VERSION", "1"))


def test_requests_and_answers_are_in_s3_encrypted_when_the_endpoint_is_gone(world: World) -> None:
    key = world.client("kms").create_key()["KeyMetadata"]["Arn"]
    serve(world, "captured", f"s3://{BUCKET}/capture/", KmsKeyId=key)
    description = world.wait_for_endpoint("captured")
    assert description["DataCaptureConfig"] == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/capture/",
        "KmsKeyId": key,
    }
    invoke(world, "captured")
    invoke(world, "captured", InferenceId="second")
    with pytest.raises(ClientError, match="415"):
        invoke(world, "captured", ContentType="text/csv")  # an error is not captured
    world.sagemaker.delete_endpoint(EndpointName="captured")
    world.sagemaker.get_waiter("endpoint_deleted").wait(
        EndpointName="captured", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )

    names = world.keys("capture/captured/only/")
    assert all(len(name.split("/")) == 5 and name.endswith(".jsonl") for name in names)
    bodies = [world.read(f"capture/captured/only/{name}") for name in names]
    events = [json.loads(line) for body in bodies for line in body.splitlines()]
    assert [event["eventMetadata"].get("inferenceId") for event in events] == [None, "second"]
    for event in events:
        data = event["captureData"]
        assert data["endpointInput"]["data"] == BODY.decode()
        assert json.loads(data["endpointOutput"]["data"].splitlines()[0])["length"] == 3
        assert {side["encoding"] for side in data.values()} == {"JSON"}
    head = world.client("s3").head_object(Bucket=BUCKET, Key=f"capture/captured/only/{names[0]}")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


def test_an_upload_that_fails_is_in_the_endpoints_log_and_breaks_no_request(world: World) -> None:
    serve(world, "uncaptured", "s3://no-such-bucket/capture")
    serve(world, "unsampled", f"s3://{BUCKET}/unsampled", percent=0)
    for name in ("uncaptured", "unsampled"):
        world.wait_for_endpoint(name)
        assert invoke(world, name)[0]["length"] == 3

    def complaints() -> list[str]:
        streams = world.log("/aws/sagemaker/Endpoints/uncaptured", "only/data-capture")
        return [line for lines_ in streams.values() for line in lines_]

    assert "NoSuchBucket" in until(complaints)[0]
    assert invoke(world, "uncaptured")[0]["length"] == 3
    for name in ("uncaptured", "unsampled"):
        world.sagemaker.delete_endpoint(EndpointName=name)
    assert world.keys("unsampled/") == []


def test_capture_needs_a_place_and_instances(world: World) -> None:
    with pytest.raises(ClientError, match="is not an S3 URI") as caught:
        serve(world, "odd", "https://example.org/capture")
    assert caught.value.response["Error"]["Code"] == "ValidationException"
