"""SageMaker, Application Auto Scaling and S3, as far as an endpoint needs them, behind real boto3
clients: requests are built and checked by botocore, and answered from this memory."""

import io
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
from botocore import xform_name

from reviews.client.stack_outputs import StackOutputs

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
NAME, BUCKET = "reviews-dev", "artefacts"
OLD, NEW = f"{NAME}-endpoint-config-first-1", f"{NAME}-endpoint-config-second-1"
VARIANT = f"endpoint/{NAME}/variant/AllTraffic"
TAGS = [{"Key": "reviews:environment", "Value": "dev"}, {"Key": "reviews:run", "Value": "first"}]
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


class Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class EndpointWorld:
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

    def client(self, service: str) -> Any:
        client = boto3.client(
            service,
            region_name="us-east-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )
        given: dict[str, Any] = {}

        def keep(params: dict[str, Any], **_: Any) -> None:
            given.clear()
            given.update(params)

        def answer(model: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
            try:
                result = getattr(self, xform_name(model.name))(**given)
            except Refused as error:
                failure = {"Error": {"Code": error.code, "Message": str(error)}}
                return SimpleNamespace(status_code=400), {**failure, "ResponseMetadata": {}}
            return SimpleNamespace(status_code=200), {**(result or {}), "ResponseMetadata": {}}

        client.meta.events.register("before-parameter-build.*.*", keep)
        client.meta.events.register("before-call.*.*", answer)
        return client

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
        variants = [{"VariantName": "AllTraffic"}]
        return {**self.endpoint, "EndpointArn": f"arn:{NAME}", "ProductionVariants": variants}

    def create_endpoint(
        self, EndpointName: str, EndpointConfigName: str, Tags: list[dict[str, str]]
    ) -> None:
        self.calls.append(f"create {EndpointName}")
        self.endpoint = {
            "EndpointConfigName": EndpointConfigName,
            "EndpointStatus": self.after_creation,
            "FailureReason": "no capacity",
        }
        self.tags = Tags

    def delete_endpoint(self, EndpointName: str) -> None:
        self.calls.append(f"delete {EndpointName}")
        self.endpoint = {}

    def describe_endpoint_config(self, EndpointConfigName: str) -> dict[str, Any]:
        if EndpointConfigName not in self.configs:
            raise Refused("ValidationException", "Could not find endpoint configuration")
        return {"EndpointConfigArn": f"arn:{EndpointConfigName}"}

    def list_endpoint_configs(
        self, NameContains: str, CreationTimeAfter: datetime, **_: str
    ) -> dict[str, Any]:
        found = [
            {"EndpointConfigName": name}
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

    def put_scaling_policy(self, ServiceNamespace: str, **policy: Any) -> None:
        self.policies[policy["ResourceId"]] = policy

    def describe_scalable_targets(
        self, ServiceNamespace: str, ResourceIds: list[str]
    ) -> dict[str, Any]:
        more = {"RoleARN": "arn:role", "CreationTime": NOW}
        found = [target | more for name, target in self.targets.items() if name in ResourceIds]
        return {"ScalableTargets": found}

    def describe_scaling_policies(
        self, ServiceNamespace: str, ResourceId: str, ScalableDimension: str
    ) -> dict[str, Any]:
        more = {"PolicyARN": "arn:policy", "Alarms": [], "CreationTime": NOW}
        return {"ScalingPolicies": [self.policies[ResourceId] | more]}

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
