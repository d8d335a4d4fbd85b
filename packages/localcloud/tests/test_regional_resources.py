"""Every kind of resource in a region other than the home region, also endpoints and scaling."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from worlds.execution_world import SKLEARN, World
from worlds.served_model import HANDLER, invoke, serve
from worlds.tuning import Tuning
from worlds.waiting import until

OTHER = "eu-west-1"
VARIANT = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/there/variant/AllTraffic",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
WITHOUT_REGION = ("iam", "s3")
GROUP = {
    "FeatureGroupName": "there",
    "RecordIdentifierFeatureName": "id",
    "EventTimeFeatureName": "time",
    "FeatureDefinitions": [
        {"FeatureName": "id", "FeatureType": "String"},
        {"FeatureName": "time", "FeatureType": "Fractional"},
    ],
    "OnlineStoreConfig": {"EnableOnlineStore": True},
}


@pytest.fixture(scope="module")
def there(world: World) -> World:
    return replace(world, environment={**world.environment, "AWS_REGION": OTHER})


@pytest.fixture(scope="module")
def endpoint(there: World) -> str:
    found = serve(there, "there", HANDLER.replace("VERSION", "os.environ['AWS_REGION']"))
    assert found["EndpointStatus"] == "InService", found
    return "there"


def regions(found: Any) -> set[str]:
    """Those in the ARNs anywhere in an answer."""
    if isinstance(found, dict):
        return regions(list(found.values()))
    if isinstance(found, list):
        return {region for one in found for region in regions(one)}
    if not isinstance(found, str) or not found.startswith("arn:aws:"):
        return set()
    _, _, service, region, *_ = found.split(":")
    return set() if service in WITHOUT_REGION else {region}


def metrics(world: World) -> set[str]:
    found = world.client("cloudwatch").list_metrics(Namespace="AWS/SageMaker")["Metrics"]
    return {metric["MetricName"] for metric in found}


def test_an_endpoint_is_served_in_its_region_and_in_no_other(world: World, endpoint: str) -> None:
    there = replace(world, environment={**world.environment, "AWS_REGION": OTHER})
    assert invoke(there, endpoint)[0]["version"] == OTHER
    runtime = world.client("sagemaker-runtime")
    with pytest.raises(runtime.exceptions.ClientError, match="not found"):
        invoke(world, endpoint)
    assert until(lambda: "Invocations" in metrics(there))
    assert metrics(world) == set()
    assert there.log(f"/aws/sagemaker/Endpoints/{endpoint}", "AllTraffic/")
    assert world.log(f"/aws/sagemaker/Endpoints/{endpoint}", "AllTraffic/") == {}


def test_a_variant_is_scaled_in_its_region(world: World, there: World, endpoint: str) -> None:
    scaling = there.client("application-autoscaling")
    target = scaling.register_scalable_target(**VARIANT, MinCapacity=2, MaxCapacity=2)
    assert regions(target) == {OTHER}
    policy = scaling.put_scaling_policy(
        **VARIANT,
        PolicyName="load",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 100,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
        },
    )
    assert regions(policy) == {OTHER}

    def count() -> int:
        (variant,) = there.sagemaker.describe_endpoint(EndpointName=endpoint)["ProductionVariants"]
        found: int = variant["CurrentInstanceCount"]
        return found

    assert until(count, lambda now: now == 2) == 2
    at_home = world.client("application-autoscaling")
    assert at_home.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []
    scaling.deregister_scalable_target(**VARIANT)


def test_every_arn_has_the_region(there: World, endpoint: str) -> None:
    """Of what is made, and of what Describe tells of it."""
    for answer in (*jobs(there), *hosting(there, endpoint), *tracking(there), *registry(there)):
        assert regions(answer) == {OTHER}, answer


def jobs(there: World) -> Iterator[dict[str, Any]]:
    yield there.process("there", "print(1)")
    yield there.train("there", "print(1)")
    tuning = Tuning(there)
    yield tuning.run("there")
    yield from tuning.training_jobs("there")
    component = {"TrialComponentName": "there-aws-training-job"}
    yield there.sagemaker.describe_trial_component(**component)


def hosting(there: World, endpoint: str) -> Iterator[dict[str, Any]]:
    client = there.sagemaker
    yield client.describe_model(ModelName=endpoint)
    yield client.describe_endpoint_config(EndpointConfigName=endpoint)
    yield client.describe_endpoint(EndpointName=endpoint)
    yield client.create_feature_group(**GROUP)
    yield client.describe_feature_group(FeatureGroupName="there")


def tracking(there: World) -> Iterator[dict[str, Any]]:
    client, source = there.sagemaker, {"SourceUri": "s3://any/source"}
    yield client.create_experiment(ExperimentName="there")
    yield client.create_trial(TrialName="there", ExperimentName="there")
    yield client.create_trial_component(TrialComponentName="there")
    yield client.create_artifact(ArtifactType="file", Source=source)
    yield client.create_action(ActionName="there", ActionType="any", Source=source)
    yield client.create_context(ContextName="there", ContextType="any", Source=source)


def registry(there: World) -> Iterator[dict[str, Any]]:
    client, group = there.sagemaker, {"ModelPackageGroupName": "there"}
    yield client.create_model_package_group(**group)
    made = client.create_model_package(
        **group,
        InferenceSpecification={
            "Containers": [{"Image": SKLEARN, "ModelDataUrl": there.upload("m.tar.gz", b"")}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )
    yield made
    yield client.describe_model_package(ModelPackageName=made["ModelPackageArn"])
    yield client.list_model_packages(**group)
