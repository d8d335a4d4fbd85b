"""The AWS CLI from end to end, and Arrow's own S3 client on what it has written."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pyarrow.dataset
import pyarrow.fs
import pytest

from worlds.aws_cli import AwsCli
from worlds.execution_world import BUCKET, INFERENCE, World
from worlds.waiting import until

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
GROUP = "cli-reviews"


@pytest.fixture(scope="module")
def aws(world: World) -> Iterator[AwsCli]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in world.environment.items():
            patch.setenv(name, value)
        # Step Functions' client would put "sync-" before the address of some of its calls.
        patch.setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
        yield AwsCli()


@pytest.fixture(scope="module")
def artefact(world: World) -> str:
    return world.upload("cli/model.tar.gz", "weights")


def make_model(aws: AwsCli, world: World, name: str, artefact: str) -> Any:
    container = {"Image": INFERENCE, "ModelDataUrl": artefact}
    return aws(
        *("sagemaker", "create-model", "--model-name", name, "--execution-role-arn", world.role),
        *("--primary-container", json.dumps(container), "--tags", "Key=team,Value=blue"),
    )


def test_models_are_made_described_listed_and_deleted(
    aws: AwsCli, world: World, artefact: str
) -> None:
    names = ["cli-a", "cli-b", "cli-c"]
    for name in names:
        made = make_model(aws, world, name, artefact)
    assert made == {"ModelArn": f"{ARN}:model/cli-c"}
    described = aws("sagemaker", "describe-model", "--model-name", "cli-a")
    assert described["PrimaryContainer"] == {"Image": INFERENCE, "ModelDataUrl": artefact}
    listed = aws(
        *("sagemaker", "list-models", "--name-contains", "cli-", "--page-size", "2"),
        *("--sort-by", "Name", "--sort-order", "Ascending", "--query", "Models[].ModelName"),
    )
    assert listed == names
    first = aws("sagemaker", "list-models", "--name-contains", "cli-", "--max-items", "1")
    assert len(first["Models"]) == 1
    rest = ("--name-contains", "cli-", "--starting-token", first["NextToken"])
    assert len(aws("sagemaker", "list-models", *rest)["Models"]) == 2
    tags = aws("sagemaker", "list-tags", "--resource-arn", made["ModelArn"])
    assert tags == {"Tags": [{"Key": "team", "Value": "blue"}]}
    for name in names:
        assert aws.run("sagemaker", "delete-model", "--model-name", name).status == 0


def test_endpoint_configurations_are_made_described_listed_and_deleted(
    aws: AwsCli, world: World, artefact: str
) -> None:
    make_model(aws, world, "cli-configured", artefact)
    variant = "VariantName=A,ModelName=cli-configured,InstanceType=ml.m5.large"
    name = ("--endpoint-config-name", "cli-config")
    made = aws(
        *("sagemaker", "create-endpoint-config", *name),
        *("--production-variants", f"{variant},InitialInstanceCount=2"),
    )
    assert made == {"EndpointConfigArn": f"{ARN}:endpoint-config/cli-config"}
    (described,) = aws("sagemaker", "describe-endpoint-config", *name)["ProductionVariants"]
    assert (described["ModelName"], described["InitialInstanceCount"]) == ("cli-configured", 2)
    query = ("--name-contains", "cli-", "--query", "EndpointConfigs[].EndpointConfigName")
    assert aws("sagemaker", "list-endpoint-configs", *query) == ["cli-config"]
    assert aws.run("sagemaker", "delete-endpoint-config", *name).status == 0
    assert aws("sagemaker", "list-endpoint-configs", *query) == []


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (
            ("describe-model", "--model-name", "none"),
            "An error occurred (ValidationException) when calling the DescribeModel operation: "
            f'Could not find model "{ARN}:model/none".',
        ),
        (
            ("list-training-jobs", "--status-equals", "Lost"),
            "An error occurred (ValidationException) when calling the ListTrainingJobs operation: "
            "1 validation error detected: Value 'Lost' at 'statusEquals' failed to satisfy "
            "constraint: Member must satisfy enum value set: [InProgress, Completed, Failed, "
            "Stopping, Stopped, Deleting]",
        ),
        (
            ("describe-domain", "--domain-id", "d-1"),
            "An error occurred (UnknownOperationException) when calling the DescribeDomain "
            "operation: DescribeDomain is not supported by the embedded AWS",
        ),
    ],
)
def test_a_refusal_is_shown_as_on_aws(aws: AwsCli, command: tuple[str, ...], message: str) -> None:
    finished = aws.run("sagemaker", *command)
    assert (finished.status, finished.errors) == (255, message)


def test_a_job_is_waited_for_and_its_name_is_free_once_it_is_deleted(
    aws: AwsCli, world: World
) -> None:
    name = ("--processing-job-name", "cli-job")
    assert world.process("cli-job", "raise SystemExit(1)")["ProcessingJobStatus"] == "Failed"
    assert aws.run("sagemaker", "delete-processing-job", *name).status == 0
    world.process("cli-job", "print('done')")
    finished = aws.run("sagemaker", "wait", "processing-job-completed-or-stopped", *name)
    assert (finished.status, finished.errors) == (0, "")
    (job,) = aws("sagemaker", "list-processing-jobs", "--status-equals", "Completed")[
        "ProcessingJobSummaries"
    ]
    assert job["ProcessingJobName"] == "cli-job"


def test_metrics_are_put_and_queried(aws: AwsCli) -> None:
    component = aws("sagemaker", "create-trial-component", "--trial-component-name", "cli-run")
    metric = f"MetricName=loss,Timestamp={int(time.time())},Step=3,Value=0.5"
    put = ("batch-put-metrics", "--trial-component-name", "cli-run", "--metric-data", metric)
    assert aws("sagemaker-metrics", *put) == {"Errors": []}
    query = {
        "MetricName": "loss",
        "ResourceArn": component["TrialComponentArn"],
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }
    found = aws("sagemaker-metrics", "batch-get-metrics", "--metric-queries", json.dumps([query]))
    assert found["MetricQueryResults"] == [
        {"Status": "Complete", "XAxisValues": [3], "MetricValues": [0.5]}
    ]


def test_a_state_is_tested_alone(aws: AwsCli, world: World) -> None:
    def tested(resource: str, **parameters: str) -> Any:
        state = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}
        return aws(
            *("stepfunctions", "test-state", "--definition", json.dumps(state)),
            *("--role-arn", world.role, "--input", "{}"),
        )

    listed = tested("arn:aws:states:::aws-sdk:sagemaker:listModels", NameContains="nothing")
    assert listed["status"] == "SUCCEEDED"
    assert json.loads(listed["output"])["Models"] == []
    missing = tested("arn:aws:states:::aws-sdk:sagemaker:describeModel", ModelName="none")
    assert (missing["status"], missing["error"]) == ("FAILED", "SageMaker.SageMakerException")
    assert f'Could not find model "{ARN}:model/none"' in missing["cause"]


def test_the_primary_workgroup_is_described(aws: AwsCli) -> None:
    found = aws("athena", "get-work-group", "--work-group", "primary")["WorkGroup"]
    assert found["Configuration"]["EnforceWorkGroupConfiguration"] is False
    assert found["Configuration"]["RequesterPaysEnabled"] is False


def record(identity: str, date: str) -> str:
    values = {"review_id": identity, "event_time": f"{date}T03:04:05Z", "sentiment": "1"}
    return json.dumps(
        [{"FeatureName": key, "ValueAsString": value} for key, value in values.items()]
    )


@pytest.fixture(scope="module")
def group(aws: AwsCli, world: World) -> Any:
    """A feature group with three records, all of them by the CLI."""
    types = {"review_id": "String", "event_time": "String", "sentiment": "Integral"}
    features = [f"FeatureName={name},FeatureType={kind}" for name, kind in types.items()]
    aws(
        *("sagemaker", "create-feature-group", "--feature-group-name", GROUP),
        *("--record-identifier-feature-name", "review_id"),
        *("--event-time-feature-name", "event_time", "--feature-definitions", *features),
        *("--online-store-config", "EnableOnlineStore=true", "--role-arn", world.role),
        *("--offline-store-config", f"S3StorageConfig={{S3Uri=s3://{BUCKET}/offline}}"),
    )
    describe = ("sagemaker", "describe-feature-group", "--feature-group-name", GROUP)
    found = until(lambda: aws(*describe), lambda now: now["FeatureGroupStatus"] != "Creating")
    assert found["FeatureGroupStatus"] == "Created"
    for identity, date in (("r1", "2026-01-02"), ("r2", "2026-01-02"), ("r3", "2026-02-03")):
        put = ("put-record", "--feature-group-name", GROUP, "--record", record(identity, date))
        assert aws.run("sagemaker-featurestore-runtime", *put).status == 0
    return found


def test_a_record_is_got_back(aws: AwsCli, group: Any) -> None:
    found = aws(
        *("sagemaker-featurestore-runtime", "get-record", "--feature-group-name", GROUP),
        *("--record-identifier-value-as-string", "r3", "--feature-names", "sentiment"),
    )
    assert found == {"Record": [{"FeatureName": "sentiment", "ValueAsString": "1"}]}


def test_arrow_reads_the_offline_store_by_its_partitions(world: World, group: Any) -> None:
    url = group["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"]
    folder = url.removeprefix("s3://")
    storage = pyarrow.fs.S3FileSystem(
        access_key="test",
        secret_key="test",
        region="us-east-1",
        endpoint_override=world.environment["AWS_ENDPOINT_URL"],
    )

    def read(**changes: Any) -> list[dict[str, Any]]:
        if storage.get_file_info(folder).type == pyarrow.fs.FileType.NotFound:
            return []
        store = pyarrow.dataset.dataset(folder, filesystem=storage, partitioning="hive")
        rows: list[dict[str, Any]] = store.to_table(**changes).to_pylist()
        return rows

    rows = until(read, lambda rows: len(rows) == 3)
    assert sorted(row["review_id"] for row in rows) == ["r1", "r2", "r3"]
    assert {(row["year"], row["month"], row["day"]) for row in rows} == {(2026, 1, 2), (2026, 2, 3)}
    (february,) = read(filter=pyarrow.dataset.field("month") == 2, columns=["review_id"])
    assert february == {"review_id": "r3"}
