"""Each region has resources of its own, at the same names: by boto3 clients of two regions."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import server
from localcloud.core.address import client_environment
from localcloud.server import LocalCloud
from worlds.execution_world import BUCKET, World
from worlds.iam_world import IamWorld, Person, allow
from worlds.waiting import until

HOME, OTHER = "us-east-1", "eu-west-1"
REGIONS = (HOME, OTHER)
FEATURES = {
    "RecordIdentifierFeatureName": "id",
    "EventTimeFeatureName": "time",
    "FeatureDefinitions": [
        {"FeatureName": "id", "FeatureType": "String"},
        {"FeatureName": "time", "FeatureType": "Fractional"},
    ],
    "OnlineStoreConfig": {"EnableOnlineStore": True},
}
SCRIPT = "import os; print('in', os.environ['AWS_REGION'])"


def arn(region: str, resource: str, service: str = "sagemaker") -> str:
    return f"arn:aws:{service}:{region}:000000000000:{resource}"


@pytest.fixture(scope="module")
def worlds(cloud: LocalCloud) -> dict[str, World]:
    """The same account by region."""
    home = World(dict(cloud.environment()))
    home.role = home.make_role()
    home.client("s3").create_bucket(Bucket=BUCKET)
    return {region: in_region(home, region) for region in REGIONS}


def in_region(world: World, region: str) -> World:
    return replace(world, environment={**world.environment, "AWS_REGION": region})


def test_a_name_is_free_in_every_region_and_its_arn_has_the_region(
    worlds: dict[str, World],
) -> None:
    for region, world in worlds.items():
        client = world.sagemaker
        tags = [{"Key": "region", "Value": region}]
        made = client.create_model_package_group(ModelPackageGroupName="names", Tags=tags)
        assert made["ModelPackageGroupArn"] == arn(region, "model-package-group/names")
        assert client.list_tags(ResourceArn=made["ModelPackageGroupArn"])["Tags"] == tags
        client.create_experiment(ExperimentName="names", Description=region)
    for region, world in worlds.items():
        found = world.sagemaker.search(Resource="Experiment")["Results"]
        assert [one["Experiment"]["Description"] for one in found] == [region]
        tagged = world.client("resourcegroupstaggingapi").get_resources(
            TagFilters=[{"Key": "region"}]
        )["ResourceTagMappingList"]
        assert [one["ResourceARN"] for one in tagged] == [arn(region, "model-package-group/names")]


def test_a_resource_of_one_region_is_not_in_another(worlds: dict[str, World]) -> None:
    worlds[OTHER].sagemaker.create_experiment(ExperimentName="only-there")
    with pytest.raises(ClientError) as raised:
        worlds[HOME].sagemaker.describe_experiment(ExperimentName="only-there")
    assert raised.value.response["Error"]["Code"] == "ResourceNotFound"
    with pytest.raises(ClientError, match="Could not find resource"):
        worlds[HOME].sagemaker.list_tags(ResourceArn=arn(OTHER, "experiment/only-there"))


def test_records_are_kept_in_the_region_of_their_feature_group(worlds: dict[str, World]) -> None:
    for region, world in worlds.items():
        world.sagemaker.create_feature_group(FeatureGroupName="records", **FEATURES)
        until(
            lambda client=world.sagemaker: client.describe_feature_group(
                FeatureGroupName="records"
            )["FeatureGroupStatus"],
            lambda status: status == "Created",
        )
        record = [
            {"FeatureName": "id", "ValueAsString": region},
            {"FeatureName": "time", "ValueAsString": "1"},
        ]
        runtime = world.client("sagemaker-featurestore-runtime")
        runtime.put_record(FeatureGroupName="records", Record=record)
    for region, world in worlds.items():
        runtime = world.client("sagemaker-featurestore-runtime")
        listed = runtime.list_records(FeatureGroupName="records")["RecordIdentifiers"]
        assert listed == [region]


def test_a_job_runs_in_its_region_and_writes_its_log_there(worlds: dict[str, World]) -> None:
    for region, world in worlds.items():
        done = world.process("of-a-region", SCRIPT)
        assert done["ProcessingJobStatus"] == "Completed", done
        assert done["ProcessingJobArn"] == arn(region, "processing-job/of-a-region")
        log = world.log("/aws/sagemaker/ProcessingJobs", "of-a-region/")
        assert list(log.values()) == [[f"in {region}"]]


def test_a_stack_makes_resources_of_its_region(worlds: dict[str, World]) -> None:
    resources = {
        "Group": {
            "Type": "AWS::SageMaker::ModelPackageGroup",
            "Properties": {"ModelPackageGroupName": "of-a-stack"},
        },
        "Features": {
            "Type": "AWS::SageMaker::FeatureGroup",
            "Properties": {"FeatureGroupName": "of-a-stack", **FEATURES},
        },
    }
    there = worlds[OTHER]
    cloudformation = there.client("cloudformation")
    cloudformation.create_stack(
        StackName="regional", TemplateBody=json.dumps({"Resources": resources})
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="regional", WaiterConfig={"Delay": 1}
    )
    group = there.sagemaker.describe_model_package_group(ModelPackageGroupName="of-a-stack")
    assert group["ModelPackageGroupArn"] == arn(OTHER, "model-package-group/of-a-stack")
    features = there.sagemaker.describe_feature_group(FeatureGroupName="of-a-stack")
    assert features["FeatureGroupArn"] == arn(OTHER, "feature-group/of-a-stack")
    with pytest.raises(ClientError):
        worlds[HOME].sagemaker.describe_feature_group(FeatureGroupName="of-a-stack")


def test_a_state_machine_calls_sagemaker_in_its_region(worlds: dict[str, World]) -> None:
    there, name = worlds[OTHER], "of-a-state-machine"
    states = there.client("stepfunctions")
    machine = states.create_state_machine(
        name=name, definition=json.dumps(definition(name)), roleArn=there.role
    )
    started = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    ended = until(
        lambda: states.describe_execution(executionArn=started),
        lambda execution: execution["status"] != "RUNNING",
    )
    assert ended["status"] == "SUCCEEDED", ended
    group = arn(OTHER, f"model-package-group/{name}")
    assert json.loads(ended["output"])["ModelPackageGroupArn"] == group
    assert there.sagemaker.list_tags(ResourceArn=group)["Tags"] == [
        {"Key": "made", "Value": "here"}
    ]


def definition(name: str) -> dict[str, Any]:
    """Creates a group by the SDK, and tags it by the optimised integration."""
    create = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sagemaker:createModelPackageGroup",
        "Parameters": {"ModelPackageGroupName": name},
        "Next": "Tag",
    }
    tag = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sagemaker:addTags",
        "Parameters": {
            "ResourceArn.$": "$.ModelPackageGroupArn",
            "Tags": [{"Key": "made", "Value": "here"}],
        },
        "ResultPath": None,
        "End": True,
    }
    return {"StartAt": "Create", "States": {"Create": create, "Tag": tag}}


def test_policies_know_the_region_of_a_request(cloud: LocalCloud) -> None:
    world = IamWorld(cloud)
    only_there = {"StringEquals": {"aws:RequestedRegion": OTHER}}
    person = world.person(
        allow("sagemaker:CreateExperiment", on=arn(OTHER, "experiment/*")),
        allow("sagemaker:ListModels", **only_there),
    )
    with cloud.enforce_iam():
        there, here = (client_in(person, region) for region in (OTHER, HOME))
        there.create_experiment(ExperimentName="allowed")
        there.list_models()
        with pytest.raises(ClientError, match=arn(HOME, "experiment/refused")):
            here.create_experiment(ExperimentName="refused")
        with pytest.raises(ClientError, match="sagemaker:ListModels"):
            here.list_models()


def client_in(person: Person, region: str) -> Any:
    return replace(person, region=region).client("sagemaker")


@pytest.mark.parametrize("region", ["nowhere-1", "cn-north-1"])
def test_a_region_that_this_partition_does_not_have_is_refused(
    worlds: dict[str, World], region: str
) -> None:
    world = in_region(worlds[HOME], region)
    with pytest.raises(ClientError) as raised:
        world.sagemaker.list_models()
    assert raised.value.response["Error"] == {
        "Code": "InvalidSignatureException",
        "Message": f"Credential should be scoped to a valid Region, not '{region}'.",
    }
    with pytest.raises(ClientError, match="scoped to a valid Region"):
        world.client("sagemaker-runtime").invoke_endpoint(EndpointName="any", Body=b"")


def test_every_region_is_there_again_after_the_server_was_restarted(tmp_path: Path) -> None:
    world = started(tmp_path)
    for region in REGIONS:
        in_region(world, region).sagemaker.create_experiment(
            ExperimentName="kept", Description=region
        )
    server.stop(tmp_path)
    world = started(tmp_path)
    try:
        described = {
            region: in_region(world, region).sagemaker.describe_experiment(ExperimentName="kept")
            for region in REGIONS
        }
    finally:
        server.stop(tmp_path)
    assert {region: found["Description"] for region, found in described.items()} == {
        region: region for region in REGIONS
    }
    server.clear(tmp_path)
    assert not tmp_path.exists()


def started(data_dir: Path) -> World:
    return World(client_environment(server.start(data_dir), data_dir))
