"""The lab of A/B tests: two variants of one endpoint, their metrics, their weights and scaling."""

import time
from datetime import UTC, datetime, timedelta

import sagemaker
from sagemaker.deserializers import JSONLinesDeserializer
from sagemaker.predictor import Predictor
from sagemaker.serializers import JSONLinesSerializer
from sagemaker.session import production_variant

from training import REVIEWS

INSTANCE = "ml.m5.large"
VARIANTS = ("VariantA", "VariantB")
METRICS = {
    "CPUUtilization": "/aws/sagemaker/Endpoints",
    "Invocations": "AWS/SageMaker",
    "InvocationsPerInstance": "AWS/SageMaker",
    "ModelLatency": "AWS/SageMaker",
}
REQUESTS = 20


def run(lab, found):
    name = f"ab-{lab.stamp}"
    make_endpoint(lab, name, found["model_data"])
    predictor = Predictor(
        endpoint_name=name,
        serializer=JSONLinesSerializer(),
        deserializer=JSONLinesDeserializer(),
        sagemaker_session=lab.session,
    )
    for _ in range(REQUESTS):
        predictor.predict(REVIEWS)
    invocations(lab, name, REQUESTS)
    both = {metric: sums(lab, name, metric) for metric in METRICS}
    lab.sm.update_endpoint_weights_and_capacities(
        EndpointName=name,
        DesiredWeightsAndCapacities=[
            {"VariantName": VARIANTS[0], "DesiredWeight": 0},
            {"VariantName": VARIANTS[1], "DesiredWeight": 100},
        ],
    )
    wait(lab, name)
    for _ in range(REQUESTS):
        predictor.predict(REVIEWS)
    return {
        "requests": REQUESTS,
        "both": both,
        "shifted": invocations(lab, name, 2 * REQUESTS),
        "targets": scale(lab, name),
    }


def make_endpoint(lab, name, model_data):
    image = sagemaker.image_uris.retrieve(
        framework="pytorch",
        version="1.6.0",
        instance_type=INSTANCE,
        region=lab.region,
        py_version="py3",
        image_scope="inference",
    )
    variants = []
    for variant in VARIANTS:
        model = f"{variant[-1].lower()}-{lab.stamp}"
        assert model not in [one["ModelName"] for one in lab.sm.list_models()["Models"]]
        lab.sm.create_model(
            ModelName=model,
            ExecutionRoleArn=lab.role,
            PrimaryContainer={"ModelDataUrl": model_data, "Image": image},
        )
        variants.append(
            production_variant(
                model_name=model,
                instance_type=INSTANCE,
                initial_weight=50,
                initial_instance_count=1,
                variant_name=variant,
            )
        )
    lab.sm.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants)
    assert name in [one["EndpointConfigName"] for one in configurations(lab)]
    lab.sm.create_endpoint(EndpointName=name, EndpointConfigName=name)
    assert name in [one["EndpointName"] for one in lab.sm.list_endpoints()["Endpoints"]]
    wait(lab, name)


def configurations(lab):
    return lab.sm.list_endpoint_configs()["EndpointConfigs"]


def wait(lab, name):
    lab.sm.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1})


def invocations(lab, endpoint, wanted):
    """Of each variant, once all of them are metrics: they come a little later than the answers."""
    for _ in range(120):
        found = sums(lab, endpoint, "Invocations")
        if sum(found.values()) >= wanted:
            break
        time.sleep(0.5)
    return found


def sums(lab, endpoint, metric):
    """Of each variant, over the last and the next half hour."""
    now = datetime.now(UTC)
    found = {}
    for variant in VARIANTS:
        points = lab.cloudwatch.get_metric_statistics(
            Namespace=METRICS[metric],
            MetricName=metric,
            StartTime=now - timedelta(minutes=30),
            EndTime=now + timedelta(minutes=30),
            Period=60,
            Statistics=["Sum"],
            Dimensions=[
                {"Name": "EndpointName", "Value": endpoint},
                {"Name": "VariantName", "Value": variant},
            ],
        )["Datapoints"]
        found[variant] = sum(point["Sum"] for point in points)
    return found


def scale(lab, endpoint):
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/VariantB",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    suspended = ("DynamicScalingIn", "DynamicScalingOut", "ScheduledScaling")
    lab.scaling.register_scalable_target(
        **target,
        MinCapacity=1,
        MaxCapacity=2,
        RoleARN=lab.role,
        SuspendedState={f"{kind}Suspended": False for kind in suspended},
    )
    wait(lab, endpoint)
    found = lab.scaling.describe_scalable_targets(ServiceNamespace="sagemaker", MaxResults=50)
    lab.scaling.put_scaling_policy(
        **target,
        PolicyName="reviews-autoscale-policy",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 2.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
            "ScaleOutCooldown": 60,
            "ScaleInCooldown": 300,
        },
    )
    wait(lab, endpoint)
    return [one["ResourceId"] for one in found["ScalableTargets"]]
