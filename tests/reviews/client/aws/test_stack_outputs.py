from typing import Any

import pytest
from botocore.exceptions import ClientError

from reviews.client.aws.stack_outputs import read
from reviews.client.errors import NotDeployed

KEYS = (
    "StateMachineArn",
    "DataBucket",
    "ArtefactBucket",
    "FeatureGroup",
    "EndpointName",
    "AthenaWorkGroup",
    "GlueDatabase",
    "GlueTable",
    "BaseModel",
)


class FakeCloudFormation:
    def __init__(self, keys: tuple[str, ...] | None) -> None:
        self.keys = keys

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:
        if self.keys is None:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "x")
        return {
            "Stacks": [
                {"Outputs": [{"OutputKey": key, "OutputValue": f"<{key}>"} for key in self.keys]}
            ]
        }


def test_outputs_are_read_by_their_names() -> None:
    outputs = read(FakeCloudFormation(KEYS), "dev")
    assert outputs.state_machine_arn == "<StateMachineArn>"
    assert outputs.base_model == "<BaseModel>"


def test_a_missing_stack_says_how_to_deploy_it() -> None:
    with pytest.raises(NotDeployed, match="reviews deploy --env dev"):
        read(FakeCloudFormation(None), "dev")


def test_a_missing_output_is_named() -> None:
    with pytest.raises(NotDeployed, match="no output GlueTable"):
        read(FakeCloudFormation(tuple(key for key in KEYS if key != "GlueTable")), "dev")
