"""Models, endpoint configurations and endpoints of CloudFormation templates."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.execution_world import INFERENCE, World, archive
from worlds.served_model import HANDLER, invoke
from worlds.waiting import until

ARN = "arn:aws:sagemaker:us-east-1:000000000000"


@pytest.fixture(scope="module")
def artefact(world: World) -> str:
    """Of a model that loads only if its version is a number."""
    handler = HANDLER.replace("VERSION", 'int(os.environ["VERSION"])')
    return world.upload("models/by-template.tar.gz", archive({"code/inference.py": handler}))


@dataclass
class Stack:
    """An endpoint with all it is made of."""

    world: World
    artefact: str
    name: str

    @property
    def client(self) -> Any:
        return self.world.client("cloudformation")

    def template(self, version: str, **model: Any) -> str:
        container = {
            "Image": INFERENCE,
            "ModelDataUrl": self.artefact,
            "Environment": {"VERSION": version},
        }
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
            "InitialInstanceCount": "1",
            "InitialVariantWeight": "1.0",
            "InstanceType": "ml.m5.large",
        }
        config = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
        properties = {
            "Model": {
                "ExecutionRoleArn": self.world.role,
                "PrimaryContainer": container,
                "Tags": [{"Key": "version", "Value": version}],
                **model,
            },
            "EndpointConfig": {"ProductionVariants": [variant]},
            "Endpoint": {"EndpointConfigName": config, "RetainAllVariantProperties": "false"},
        }
        resources = {
            kind.removeprefix("Endpoint") or kind: {
                "Type": f"AWS::SageMaker::{kind}",
                "Properties": values,
            }
            for kind, values in properties.items()
        }
        values = {
            "Ref": {"Ref": "Endpoint"},
            "Name": {"Fn::GetAtt": ["Endpoint", "EndpointName"]},
            "Config": {"Ref": "Config"},
            "ConfigArn": {"Fn::GetAtt": ["Config", "EndpointConfigArn"]},
            "Model": {"Ref": "Model"},
            "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        }
        outputs = {key: {"Value": value} for key, value in values.items()}
        return json.dumps({"Resources": resources, "Outputs": outputs})

    def create(self, template: str) -> str:
        self.client.create_stack(
            StackName=self.name, TemplateBody=template, Tags=[{"Key": "team", "Value": "reviews"}]
        )
        return self.end()

    def update(self, template: str) -> str:
        self.client.update_stack(StackName=self.name, TemplateBody=template)
        return self.end()

    def delete(self) -> None:
        self.client.delete_stack(StackName=self.name)
        self.client.get_waiter("stack_delete_complete").wait(
            StackName=self.name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 300}
        )

    def end(self) -> str:
        """Its status when nothing is under way."""
        status: str = until(
            lambda: self.client.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"],
            lambda status: not status.endswith("_IN_PROGRESS"),
        )
        return status

    def outputs(self) -> dict[str, str]:
        (stack,) = self.client.describe_stacks(StackName=self.name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def reasons(self) -> list[str]:
        events = self.client.describe_stack_events(StackName=self.name)["StackEvents"]
        return [event.get("ResourceStatusReason", "") for event in events]


def test_a_stack_makes_an_endpoint_replaces_its_model_and_deletes_both(
    world: World, artefact: str
) -> None:
    stack = Stack(world, artefact, "hosting")
    assert stack.create(stack.template("1")) == "CREATE_COMPLETE", stack.reasons()
    first = stack.outputs()
    assert first["Name"].startswith("hosting-Endpoint-")
    assert first["Ref"] == f"{ARN}:endpoint/{first['Name'].lower()}"
    assert first["Model"] == f"{ARN}:model/{first['ModelName'].lower()}"
    assert first["Config"] == first["ConfigArn"]
    assert invoke(world, first["Name"])[0]["version"] == 1
    assert tags(world, first["Model"]).items() >= {"version": "1", "team": "reviews"}.items()
    assert [tags(world, first[one])["team"] for one in ("Config", "Ref")] == ["reviews"] * 2

    assert stack.update(stack.template("2")) == "UPDATE_COMPLETE", stack.reasons()
    second = stack.outputs()
    assert (second["Ref"], second["Model"] != first["Model"]) == (first["Ref"], True)
    assert invoke(world, first["Name"])[0]["version"] == 2
    assert models(world, "hosting") == [second["ModelName"]]

    assert stack.update(stack.template("none")) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("did not pass the ping health check" in reason for reason in stack.reasons())
    assert invoke(world, first["Name"])[0]["version"] == 2
    assert models(world, "hosting") == [second["ModelName"]]

    stack.delete()
    assert models(world, "hosting") == []
    assert world.sagemaker.list_endpoint_configs(NameContains="hosting")["EndpointConfigs"] == []
    with pytest.raises(ClientError, match="Could not find endpoint"):
        world.sagemaker.describe_endpoint(EndpointName=first["Name"])


def tags(world: World, arn: str) -> dict[str, str]:
    listed = world.sagemaker.list_tags(ResourceArn=arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in listed}


def models(world: World, name: str) -> list[str]:
    listed = world.sagemaker.list_models(NameContains=name)["Models"]
    return [model["ModelName"] for model in listed]


def test_an_endpoint_that_does_not_come_into_service_fails_its_stack(
    world: World, artefact: str
) -> None:
    stack = Stack(world, artefact, "broken")
    assert stack.create(stack.template("none")) == "ROLLBACK_COMPLETE"
    assert any("did not pass the ping health check" in reason for reason in stack.reasons())
    assert world.sagemaker.list_endpoints(NameContains="broken")["Endpoints"] == []
    assert models(world, "broken") == []


def test_a_model_with_a_name_of_its_own_is_not_replaced(world: World, artefact: str) -> None:
    stack = Stack(world, artefact, "named")
    only = {"Resources": {"Model": json.loads(stack.template("1"))["Resources"]["Model"]}}
    properties = only["Resources"]["Model"]["Properties"]
    properties["ModelName"] = "my-model"
    assert stack.create(json.dumps(only)) == "CREATE_COMPLETE"
    properties["Tags"] = [{"Key": "version", "Value": "1.1"}]
    assert stack.update(json.dumps(only)) == "UPDATE_COMPLETE"
    assert tags(world, f"{ARN}:model/my-model")["version"] == "1.1"
    properties["EnableNetworkIsolation"] = "true"
    assert stack.update(json.dumps(only)) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("a custom-named resource requires replacing" in text for text in stack.reasons())
    stack.delete()
    assert models(world, "my-model") == []


def test_a_configuration_with_a_name_of_its_own_is_not_replaced(
    world: World, artefact: str
) -> None:
    stack = Stack(world, artefact, "named-config")
    resources = json.loads(stack.template("1"))["Resources"]
    del resources["Endpoint"]
    properties = resources["Config"]["Properties"]
    properties["EndpointConfigName"] = "my-config"
    template = {"Resources": resources}
    assert stack.create(json.dumps(template)) == "CREATE_COMPLETE"
    properties["ProductionVariants"][0]["InitialInstanceCount"] = "2"
    assert stack.update(json.dumps(template)) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("a custom-named resource requires replacing" in text for text in stack.reasons())
    stack.delete()


def test_an_endpoint_is_replaced_when_its_name_changes(world: World, artefact: str) -> None:
    stack = Stack(world, artefact, "renamed")
    template = json.loads(stack.template("1"))
    properties = template["Resources"]["Endpoint"]["Properties"]
    properties["EndpointName"] = "renamed-before"
    assert stack.create(json.dumps(template)) == "CREATE_COMPLETE", stack.reasons()
    properties["EndpointName"] = "renamed-after"
    assert stack.update(json.dumps(template)) == "UPDATE_COMPLETE", stack.reasons()
    listed = world.sagemaker.list_endpoints(NameContains="renamed")["Endpoints"]
    assert [endpoint["EndpointName"] for endpoint in listed] == ["renamed-after"]
    stack.delete()


def test_what_the_service_refuses_fails_the_stack(world: World, artefact: str) -> None:
    stack = Stack(world, artefact, "refused")
    wrong = json.loads(stack.template("1", Containers="one"))
    del wrong["Outputs"]
    assert stack.create(json.dumps(wrong)) == "ROLLBACK_COMPLETE"
    assert any("Invalid type for parameter Containers" in text for text in stack.reasons())
