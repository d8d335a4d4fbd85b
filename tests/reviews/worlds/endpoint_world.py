"""Fakes of SageMaker, Application Auto Scaling and S3 for an endpoint."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from reviews.client.aws.stack_outputs import StackOutputs
from tests.fake_aws import FakeAws, Refused

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
NAME, BUCKET = "reviews-dev", "artefacts"
OLD, NEW = f"{NAME}-config-first-1", f"{NAME}-config-second-1"
ARN = "arn:aws:sagemaker:us-east-1:123456789012:"
VARIANT = f"endpoint/{NAME}/variant/AllTraffic"
TAGS = [
    {"Key": "reviews:environment", "Value": "reviews-dev"},
    {"Key": "reviews:run", "Value": "first"},
]
OUTPUTS = StackOutputs(
    state_machine_arn="arn:aws:states:us-east-1:1:stateMachine:reviews-dev",
    data_bucket="data",
    artefact_bucket=BUCKET,
    feature_group="group",
    endpoint_name=NAME,
    athena_work_group="work",
    glue_database="database",
    glue_table="table",
    base_model="roberta-base",
)


class EndpointWorld(FakeAws):
    """An environment `dev`, with the configuration OLD, whose endpoint may be `deploy`ed."""

    name, outputs = "dev", OUTPUTS

    def __init__(self) -> None:
        self.configs = {OLD: NOW - timedelta(days=1)}
        self.endpoint: dict[str, Any] = {}
        self.tags: list[dict[str, str]] = []
        self.targets: dict[str, dict[str, Any]] = {}
        self.policies: dict[str, dict[str, Any]] = {}
        self.objects: dict[str, bytes] = {}
        self.calls: list[str] = []  # those that change something
        self.after_creation = "InService"

    def deploy(self, config: str = OLD, *, status: str = "InService", scaled: bool = False) -> None:
        """What the pipeline does."""
        self.configs.setdefault(config, NOW + timedelta(hours=1))
        self.endpoint = {"EndpointConfigName": config, "EndpointStatus": status}
        self.tags = TAGS
        if scaled:
            scaling = self.client("application-autoscaling")
            target = {
                "ServiceNamespace": "sagemaker",
                "ResourceId": VARIANT,
                "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            }
            scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=3)
            scaling.put_scaling_policy(
                **target,
                PolicyName=NAME,
                PolicyType="TargetTrackingScaling",
                TargetTrackingScalingPolicyConfiguration={"TargetValue": 1000.0},
            )
        self.calls.clear()

    # -- SageMaker -----------------------------------------------------------------------------

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        if not self.endpoint:
            raise Refused("ValidationException", f'Could not find endpoint "{EndpointName}".')
        return {
            **self.endpoint,
            **_times(),
            "EndpointName": EndpointName,
            "EndpointArn": ARN + f"endpoint/{NAME}",
            "ProductionVariants": [{"VariantName": "AllTraffic"}],
        }

    def create_endpoint(
        self, EndpointName: str, EndpointConfigName: str, Tags: list[dict[str, str]]
    ) -> dict[str, Any]:
        self.calls.append(f"create {EndpointName}")
        self.endpoint = {
            "EndpointConfigName": EndpointConfigName,
            "EndpointStatus": self.after_creation,
            "FailureReason": "no capacity",
        }
        self.tags = Tags
        return {"EndpointArn": ARN + f"endpoint/{EndpointName}"}

    def delete_endpoint(self, EndpointName: str) -> None:
        self.calls.append(f"delete {EndpointName}")
        self.endpoint = {}

    def describe_endpoint_config(self, EndpointConfigName: str) -> dict[str, Any]:
        if EndpointConfigName not in self.configs:
            raise Refused("ValidationException", "Could not find endpoint configuration")
        return {
            "EndpointConfigName": EndpointConfigName,
            "EndpointConfigArn": _config_arn(EndpointConfigName),
            "ProductionVariants": [{"VariantName": "AllTraffic"}],
            "CreationTime": self.configs[EndpointConfigName],
        }

    def list_endpoint_configs(
        self, NameContains: str, CreationTimeAfter: datetime, **_: str
    ) -> dict[str, Any]:
        found = [
            {
                "EndpointConfigName": name,
                "EndpointConfigArn": _config_arn(name),
                "CreationTime": made,
            }
            for name, made in self.configs.items()
            if NameContains in name and made > CreationTimeAfter
        ]
        return {"EndpointConfigs": found}

    def list_tags(self, ResourceArn: str) -> dict[str, Any]:
        aws = {"Key": "aws:cloudformation:stack-name", "Value": "other"}
        return {"Tags": [*(self.tags or TAGS), aws]}

    # -- Application Auto Scaling --------------------------------------------------------------

    def register_scalable_target(self, ServiceNamespace: str, **target: Any) -> None:
        self.calls.append("register")
        self.targets[target["ResourceId"]] = target

    def put_scaling_policy(self, ServiceNamespace: str, **policy: Any) -> dict[str, Any]:
        self.policies[policy["ResourceId"]] = policy
        return {"PolicyARN": "arn:policy"}

    def describe_scalable_targets(
        self, ServiceNamespace: str, ResourceIds: list[str]
    ) -> dict[str, Any]:
        more = {"ServiceNamespace": "sagemaker", "RoleARN": "arn:role", "CreationTime": NOW}
        found = [target | more for name, target in self.targets.items() if name in ResourceIds]
        return {"ScalableTargets": found}

    def describe_scaling_policies(
        self, ServiceNamespace: str, ResourceId: str, ScalableDimension: str
    ) -> dict[str, Any]:
        more = {"ServiceNamespace": "sagemaker", "PolicyARN": "arn:policy", "CreationTime": NOW}
        return {"ScalingPolicies": [self.policies[ResourceId] | more | {"Alarms": []}]}

    def deregister_scalable_target(
        self, ServiceNamespace: str, ResourceId: str, ScalableDimension: str
    ) -> None:
        self.calls.append("deregister")
        del self.targets[ResourceId], self.policies[ResourceId]

    # -- S3 ------------------------------------------------------------------------------------

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:
        self.calls.append(f"keep {Bucket}/{Key}")
        self.objects[Key] = Body

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        if Key not in self.objects:
            raise Refused("NoSuchKey", "The specified key does not exist.")
        return {"Body": io.BytesIO(self.objects[Key]), "LastModified": NOW}

    def delete_object(self, Bucket: str, Key: str) -> None:
        self.objects.pop(Key, None)

    @property
    def kept(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.objects.get("endpoint/stopped.json", b"{}"))
        return found


def _times() -> dict[str, datetime]:
    return {"CreationTime": NOW, "LastModifiedTime": NOW}


def _config_arn(name: str) -> str:
    return f"{ARN}endpoint-config/{name}"
