"""The trial components of jobs, through a real boto3 client and the SageMaker SDK's names."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.errors import error
from worlds.execution_world import BUCKET, SKLEARN, TRAINING, World, s3_input
from worlds.transforms import SHOUT, end, make_model, start

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
PREPARE = """
    import sys
    open(f"{sys.argv[1]}/result", "w").write("done")
"""
TRAIN = """
    import os
    print("loss=0.5", flush=True)
    print("loss=0.25", flush=True)
    open(os.path.join(os.environ["SM_MODEL_DIR"], "model"), "w").write("weights")
"""


def component(world: World, name: str) -> dict[str, Any]:
    found: dict[str, Any] = world.sagemaker.describe_trial_component(TrialComponentName=name)
    return found


def trials(world: World, name: str) -> list[str]:
    found = world.sagemaker.list_trials(TrialComponentName=name)["TrialSummaries"]
    return [trial["TrialName"] for trial in found]


def test_a_processing_job_is_a_component_of_the_trial_that_it_names(world: World) -> None:
    world.sagemaker.create_experiment(ExperimentName="reviews")
    world.sagemaker.create_trial(TrialName="first", ExperimentName="reviews")
    config = {"TrialName": "first", "TrialComponentDisplayName": "Preparation", "RunName": "run-1"}
    code = world.upload("tracked/code/main.py", PREPARE)
    job = world.process(
        "tracked",
        PREPARE,
        ExperimentConfig=config,
        ProcessingInputs=[s3_input("code", code, "/opt/ml/processing/input/code")],
    )
    assert job["ExperimentConfig"] == config
    found = component(world, "tracked-aws-processing-job")
    assert found["DisplayName"] == "Preparation"
    assert found["Source"] == {
        "SourceArn": f"{ARN}:processing-job/tracked",
        "SourceType": "SageMakerProcessingJob",
    }
    assert found["Status"] == {
        "PrimaryStatus": "Completed",
        "Message": "Status: Completed, exit message: null, failure reason: null",
    }
    assert found["StartTime"] == job["ProcessingStartTime"]
    assert found["EndTime"] == job["ProcessingEndTime"]
    assert found["Parameters"] == {
        "SageMaker.InstanceCount": {"NumberValue": 1.0},
        "SageMaker.InstanceType": {"StringValue": "ml.m5.large"},
        "SageMaker.VolumeSizeInGB": {"NumberValue": 30.0},
    }
    assert found["InputArtifacts"] == {
        "SageMaker.ImageUri": {"Value": SKLEARN},
        "code": {"Value": f"s3://{BUCKET}/tracked/code/main.py"},
    }
    assert found["OutputArtifacts"] == {"out": {"Value": f"s3://{BUCKET}/tracked/out"}}
    assert trials(world, "tracked-aws-processing-job") == ["first"]
    condition = {"Filters": [{"Name": "RunName", "Operator": "Equals", "Value": "run-1"}]}
    (result,) = world.sagemaker.search(
        Resource="ExperimentTrialComponent", SearchExpression=condition
    )["Results"]
    assert result["TrialComponent"]["TrialComponentName"] == "tracked-aws-processing-job"


def test_a_training_job_reports_hyperparameters_metrics_and_the_model(world: World) -> None:
    job = world.train("learned", TRAIN, HyperParameters={"rate": "0.1", "kind": '"small"'})
    assert job["TrainingJobStatus"] == "Completed", job
    arn = f"{ARN}:training-job/learned"
    (summary,) = world.sagemaker.list_trial_components(SourceArn=arn)["TrialComponentSummaries"]
    assert summary["TrialComponentSource"]["SourceType"] == "SageMakerTrainingJob"
    found = component(world, summary["TrialComponentName"])
    assert found["TrialComponentName"] == found["DisplayName"] == "learned-aws-training-job"
    assert found["Status"]["PrimaryStatus"] == "Completed"
    parameters = found["Parameters"]
    assert parameters["rate"] == {"NumberValue": 0.1}
    assert parameters["kind"] == {"StringValue": '"small"'}
    assert parameters["SageMaker.ImageUri"] == {"StringValue": TRAINING}
    assert found["OutputArtifacts"] == {
        "SageMaker.ModelArtifact": {"Value": job["ModelArtifacts"]["S3ModelArtifacts"]}
    }
    (loss,) = found["Metrics"]
    assert (loss["MetricName"], loss["SourceArn"]) == ("loss", arn)
    assert [loss[name] for name in ("Count", "Min", "Max", "Last")] == [2, 0.25, 0.5, 0.25]
    assert trials(world, "learned-aws-training-job") == []


def test_a_trial_is_made_where_a_job_names_an_experiment_alone(world: World) -> None:
    world.sagemaker.create_experiment(ExperimentName="scoring")
    make_model(world, "shout", SHOUT)
    world.upload("scored/in/a.csv", "one")
    start(world, "scored", "shout", ExperimentConfig={"ExperimentName": "scoring"})
    job = end(world, "scored")
    assert job["TransformJobStatus"] == "Completed", job
    found = component(world, "scored-aws-transform-job")
    assert found["Status"]["Message"] == "Status: Completed, failure reason: null"
    assert found["Parameters"] == {
        "SageMaker.InstanceCount": {"NumberValue": 1.0},
        "SageMaker.InstanceType": {"StringValue": "ml.m5.large"},
        "SageMaker.ModelName": {"StringValue": "shout"},
        "SageMaker.ModelPrimary.DataUrl": {"StringValue": f"s3://{BUCKET}/models/shout.tar.gz"},
        "SageMaker.ModelPrimary.Image": {
            "StringValue": world.sagemaker.describe_model(ModelName="shout")["PrimaryContainer"][
                "Image"
            ]
        },
    }
    assert found["InputArtifacts"] == {
        "SageMaker.TransformInput": {
            "MediaType": "text/csv",
            "Value": f"s3://{BUCKET}/scored/in/",
        }
    }
    assert found["OutputArtifacts"]["SageMaker.TransformOutput"] == {
        "Value": f"s3://{BUCKET}/scored/out"
    }
    listed = world.sagemaker.list_trials(ExperimentName="scoring")["TrialSummaries"]
    assert trials(world, "scored-aws-transform-job") == [trial["TrialName"] for trial in listed]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"ExperimentName": "no"}, f"Experiment '{ARN}:experiment/no' does not exist."),
        ({"TrialName": "no"}, f"Trial '{ARN}:experiment-trial/no' does not exist."),
    ],
)
def test_an_experiment_or_trial_that_is_not_there_is_named(
    world: World, config: dict[str, str], message: str
) -> None:
    with pytest.raises(ClientError) as raised:
        world.train("nowhere", TRAIN, wait=False, ExperimentConfig=config)
    assert error(raised) == ("ResourceNotFound", message)


def test_a_component_that_is_deleted_does_not_come_back(world: World) -> None:
    world.process("forgotten", PREPARE)
    world.sagemaker.delete_trial_component(TrialComponentName="forgotten-aws-processing-job")
    assert world.sagemaker.describe_processing_job(ProcessingJobName="forgotten")
    arn = f"{ARN}:processing-job/forgotten"
    assert not world.sagemaker.list_trial_components(SourceArn=arn)["TrialComponentSummaries"]
