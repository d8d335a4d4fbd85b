from datetime import UTC, datetime
from typing import Any

from reviews.client.aws import leftovers
from tests.fake_aws import FakeAws
from tests.reviews.worlds.endpoint_world import OUTPUTS
from tests.reviews.worlds.environment import FakeEnvironment


class CloudFormation(FakeAws):
    def describe_stacks(self) -> dict[str, Any]:
        created = {"CreationTime": datetime(2026, 11, 24, tzinfo=UTC)}
        return {
            "Stacks": [
                {"StackName": "a", "StackStatus": "DELETE_COMPLETE", **created},
                {"StackName": "b", "StackStatus": "CREATE_COMPLETE", **created},
            ]
        }


def test_deleted_stacks_are_no_leftovers() -> None:
    environment = FakeEnvironment(CloudFormation(), OUTPUTS)
    assert [stack["StackName"] for stack in leftovers._stacks(environment)] == ["b"]
