from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from worlds.execution_world import INFERENCE, World, archive
from worlds.served_model import HANDLER, invoke, make_model, serve, variant
from worlds.waiting import until


@pytest.fixture(scope="module")
def endpoint(world: World, tmp_path_factory: pytest.TempPathFactory) -> str:
    gate = tmp_path_factory.mktemp("gate") / "open"
    make_model(world, "one", HANDLER.replace("VERSION", "1"), GATE=str(gate))
    world.sagemaker.create_endpoint(EndpointName="served", EndpointConfigName="one")
    assert world.sagemaker.describe_endpoint(EndpointName="served")["EndpointStatus"] == "Creating"
    gate.touch()
    description = world.wait_for_endpoint("served")
    assert description["EndpointStatus"] == "InService", description.get("FailureReason")
    return "served"


def test_the_users_handlers_answer(world: World, endpoint: str) -> None:
    assert invoke(world, endpoint) == [
        {"version": 1, "length": 3},
        {"version": 1, "length": 1},
    ]


def test_a_client_error_of_the_container_is_a_model_error(world: World, endpoint: str) -> None:
    with pytest.raises(ClientError, match="Received client error \\(415\\) from primary") as caught:
        invoke(world, endpoint, ContentType="text/csv")
    response = caught.value.response
    assert response["Error"]["Code"] == "ModelError"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["OriginalStatusCode"] == 415
    assert response["OriginalMessage"].startswith("cannot read text/csv")


def test_a_server_error_of_the_container_is_a_model_error(world: World, endpoint: str) -> None:
    with pytest.raises(ClientError, match="Received server error \\(500\\) from primary"):
        invoke(world, endpoint, b'{"wrong": 1}')


def test_an_unknown_endpoint_is_named(world: World) -> None:
    with pytest.raises(ClientError, match="Endpoint nobody of account 000000000000 not found"):
        invoke(world, "nobody")
    with pytest.raises(ClientError, match='Could not find endpoint "arn:aws:sagemaker'):
        world.sagemaker.describe_endpoint(EndpointName="nobody")


def test_an_update_serves_without_a_gap(world: World, tmp_path: Path) -> None:
    gate = tmp_path / "open"
    make_model(world, "blue", HANDLER.replace("VERSION", "1"))
    make_model(world, "green", HANDLER.replace("VERSION", "2"), GATE=str(gate))
    world.sagemaker.create_endpoint(EndpointName="updated", EndpointConfigName="blue")
    world.wait_for_endpoint("updated")
    world.sagemaker.update_endpoint(EndpointName="updated", EndpointConfigName="green")
    versions: list[int] = []

    def ask() -> bool:
        versions.append(invoke(world, "updated")[0]["version"])
        return versions[-1] == 2

    assert not ask()
    gate.touch()
    assert until(ask, pause=0)
    assert versions == sorted(versions)
    description = world.wait_for_endpoint("updated")
    assert description["EndpointConfigName"] == "green"
    world.sagemaker.delete_endpoint(EndpointName="updated")


def test_a_model_that_does_not_load_never_replaces_one_that_serves(
    world: World, endpoint: str
) -> None:
    make_model(world, "broken", "def model_fn(_): raise RuntimeError('no weights')")
    world.sagemaker.create_endpoint(EndpointName="dead", EndpointConfigName="broken")
    description = world.wait_for_endpoint("dead")
    assert description["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in description["FailureReason"]
    assert "RuntimeError: no weights" in description["FailureReason"]

    world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="broken")
    description = world.wait_for_endpoint(endpoint)
    assert description["EndpointStatus"] == "InService"
    assert description["EndpointConfigName"] == "one"
    assert "no weights" in description["FailureReason"]
    assert invoke(world, endpoint)[0]["version"] == 1


def test_variants_share_traffic_and_can_be_named(world: World) -> None:
    for name, version in (("left", "1"), ("right", "2")):
        make_model(world, name, HANDLER.replace("VERSION", version))
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="both",
        ProductionVariants=[variant("left", "left", 1.0), variant("right", "right", 0.0)],
    )
    world.sagemaker.create_endpoint(EndpointName="both", EndpointConfigName="both")
    world.wait_for_endpoint("both")
    assert {invoke(world, "both")[0]["version"] for _ in range(5)} == {1}
    assert invoke(world, "both", TargetVariant="right")[0]["version"] == 2
    with pytest.raises(ClientError, match="Variant middle not found"):
        invoke(world, "both", TargetVariant="middle")
    world.sagemaker.delete_endpoint(EndpointName="both")


def test_code_beside_the_model_is_fetched_from_s3(world: World) -> None:
    source = world.upload(
        "code/sourcedir.tar.gz", archive({"serve.py": HANDLER.replace("VERSION", "7")})
    )
    url = world.upload("models/bare.tar.gz", archive({"weights": "w"}))
    environment = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": source}
    world.sagemaker.create_model(
        ModelName="bare",
        ExecutionRoleArn=world.role,
        PrimaryContainer={"Image": INFERENCE, "ModelDataUrl": url, "Environment": environment},
    )
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="bare", ProductionVariants=[variant("AllTraffic", "bare")]
    )
    world.sagemaker.create_endpoint(EndpointName="bare", EndpointConfigName="bare")
    assert world.wait_for_endpoint("bare")["EndpointStatus"] == "InService"
    assert invoke(world, "bare")[0]["version"] == 7
    world.sagemaker.delete_endpoint(EndpointName="bare")


def test_the_containers_output_is_in_the_endpoints_log(world: World, endpoint: str) -> None:
    invoke(world, endpoint)

    def lines() -> list[str]:
        streams = world.log(f"/aws/sagemaker/Endpoints/{endpoint}", "AllTraffic/")
        return [line for stream in streams.values() for line in stream]

    def answered(logged: list[str]) -> bool:
        return any(line.startswith("POST /invocations 200") for line in logged)

    assert "loading" in until(lines, answered)
    assert answered(lines())


def test_a_deleted_endpoint_is_gone(world: World) -> None:
    serve(world, "brief", HANDLER.replace("VERSION", "1"))
    world.sagemaker.delete_endpoint(EndpointName="brief")
    waiter = world.sagemaker.get_waiter("endpoint_deleted")
    waiter.wait(EndpointName="brief", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    for delete, name in (
        ("delete_endpoint_config", "EndpointConfigName"),
        ("delete_model", "ModelName"),
    ):
        getattr(world.sagemaker, delete)(**{name: "brief"})
        with pytest.raises(ClientError, match="Could not find"):
            getattr(world.sagemaker, delete)(**{name: "brief"})


def test_a_model_needs_its_artefact(world: World) -> None:
    with pytest.raises(ClientError, match=r"Could not find model data at s3://nowhere/model\.tar"):
        world.sagemaker.create_model(
            ModelName="absent",
            ExecutionRoleArn=world.role,
            PrimaryContainer={"Image": INFERENCE, "ModelDataUrl": "s3://nowhere/model.tar.gz"},
        )


def test_invocations_are_metrics_in_cloudwatch(world: World) -> None:
    make_model(world, "measured", HANDLER.replace("VERSION", "1"))
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="pair", ProductionVariants=[variant("only", "measured", instances=2)]
    )
    world.sagemaker.create_endpoint(EndpointName="measured", EndpointConfigName="pair")
    world.wait_for_endpoint("measured")
    for _ in range(4):
        invoke(world, "measured")
    with pytest.raises(ClientError, match="415"):
        invoke(world, "measured", ContentType="text/csv")
    with pytest.raises(ClientError, match="500"):
        invoke(world, "measured", b'{"wrong": 1}')
    world.sagemaker.delete_endpoint(EndpointName="measured")

    def statistics(metric: str) -> dict[str, float]:
        now = datetime.now(UTC)
        (point,) = world.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=[
                {"Name": "EndpointName", "Value": "measured"},
                {"Name": "VariantName", "Value": "only"},
            ],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=24 * 3600,
            Statistics=["Sum", "SampleCount", "Minimum"],
        )["Datapoints"] or [{"Sum": 0}]
        return point

    assert until(lambda: statistics("Invocations")["Sum"] == 6)
    assert statistics("InvocationsPerInstance")["Sum"] == 3
    for errors in ("Invocation4XXErrors", "Invocation5XXErrors"):
        assert (statistics(errors)["Sum"], statistics(errors)["SampleCount"]) == (1, 6)
    for latency in ("ModelLatency", "OverheadLatency"):
        assert statistics(latency)["SampleCount"] == 6
        assert 0 < statistics(latency)["Minimum"] < 60_000_000


WAITING = """
    import os, time

    def model_fn(_): return None
    def input_fn(body, _): return None
    def predict_fn(_, __):
        while not os.path.exists(os.environ["RELEASE"]): time.sleep(0.05)
        return "done"
    def output_fn(text, _): return text, "text/plain"
"""


def test_a_serverless_endpoint_answers_no_more_at_once_than_allowed(
    world: World, tmp_path: Path
) -> None:
    release = tmp_path / "release"
    make_model(world, "waiting", WAITING, RELEASE=str(release))
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="serverless",
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": "waiting",
                "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
            }
        ],
    )
    world.sagemaker.create_endpoint(EndpointName="serverless", EndpointConfigName="serverless")
    (described,) = world.wait_for_endpoint("serverless")["ProductionVariants"]
    assert described["CurrentInstanceCount"] == 0
    assert described["CurrentServerlessConfig"] == {"MemorySizeInMB": 1024, "MaxConcurrency": 1}

    runtime = world.client("sagemaker-runtime", config=Config(retries={"total_max_attempts": 1}))

    def ask() -> bytes:
        answer = runtime.invoke_endpoint(EndpointName="serverless", Body=b"")
        body: bytes = answer["Body"].read()
        return body

    with ThreadPoolExecutor(2) as threads:
        first, others = wait([threads.submit(ask) for _ in range(2)], return_when=FIRST_COMPLETED)
        release.touch()
        with pytest.raises(ClientError, match="Rate exceeded") as caught:
            first.pop().result()
        assert caught.value.response["Error"]["Code"] == "ThrottlingException"
        assert others.pop().result() == b"done"
    world.sagemaker.delete_endpoint(EndpointName="serverless")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}},
            "either InstanceType",
        ),
        ({"InstanceType": None}, "either InstanceType or ServerlessConfig"),
        (
            {
                "InstanceType": None,
                "ServerlessConfig": {"MemorySizeInMB": 1500, "MaxConcurrency": 1},
            },
            "must be one of 1024, 2048, 3072, 4096, 5120, 6144; it is 1500",
        ),
        ({"RoutingConfig": {"RoutingStrategy": "RANDOM"}}, "RoutingConfig is not supported"),
    ],
)
def test_a_variant_has_instances_or_is_serverless(
    world: World, endpoint: str, changes: dict[str, object], complaint: str
) -> None:
    request = {**variant("AllTraffic", "one"), **changes}
    with pytest.raises(ClientError, match=complaint) as caught:
        world.sagemaker.create_endpoint_config(
            EndpointConfigName="odd",
            ProductionVariants=[{k: v for k, v in request.items() if v is not None}],
        )
    assert caught.value.response["Error"]["Code"] == "ValidationException"
