"""The environment `dev` in a fake AWS."""

from typing import Any

from reviews.client.aws.stack_outputs import StackOutputs
from reviews.client.environment import Environment
from tests.fake_aws import FakeAws


class FakeEnvironment(Environment):
    """Its clients are those of the fake, which are made anew for each use."""

    def __init__(self, aws: FakeAws, outputs: StackOutputs) -> None:
        super().__init__("dev")
        self._aws, self.outputs = aws, outputs

    def client(self, service: str) -> Any:
        return self._aws.client(service)
