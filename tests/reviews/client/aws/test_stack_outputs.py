from datetime import UTC, datetime
from typing import Any

import pytest

from infra.settings import settings_for
from reviews.client.aws.stack_outputs import read
from reviews.client.errors import NotDeployed
from tests.fake_aws import FakeAws, Refused

(DEV,) = settings_for("dev")
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


class Stacks(FakeAws):
    """One stack with these outputs; None is no stack."""

    def __init__(self, keys: tuple[str, ...] | None) -> None:
        self.keys = keys

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:
        if self.keys is None:
            raise Refused("ValidationError", f"Stack with id {StackName} does not exist")
        outputs = [{"OutputKey": key, "OutputValue": f"<{key}>"} for key in self.keys]
        stack = {"StackName": StackName, "StackStatus": "CREATE_COMPLETE", "Outputs": outputs}
        return {"Stacks": [stack | {"CreationTime": datetime(2026, 1, 1, tzinfo=UTC)}]}


def cloudformation(keys: tuple[str, ...] | None) -> Any:
    return Stacks(keys).client("cloudformation")


def test_outputs_are_read_by_their_names() -> None:
    outputs = read(cloudformation(KEYS), DEV)
    assert outputs.state_machine_arn == "<StateMachineArn>"
    assert outputs.base_model == "<BaseModel>"


def test_a_missing_stack_says_how_to_deploy_it() -> None:
    with pytest.raises(NotDeployed, match="reviews deploy --env dev"):
        read(cloudformation(None), DEV)


def test_a_missing_output_is_named() -> None:
    with pytest.raises(NotDeployed, match="no output GlueTable"):
        read(cloudformation(tuple(key for key in KEYS if key != "GlueTable")), DEV)
