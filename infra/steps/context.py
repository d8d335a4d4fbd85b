"""What the states of all steps need."""

from dataclasses import dataclass

from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from contract.steps import Step
from infra.permissions import arn
from infra.pipeline_functions import PipelineFunctions
from infra.requests import Request
from infra.settings import Settings
from infra.states import States


@dataclass(frozen=True, kw_only=True)
class Requests:
    """The compiled requests, with the values that are known at synth."""

    processing: Request
    training: Request
    evaluation: Request
    model_package: Request
    model: Request
    endpoint_config: Request
    update: Request


@dataclass(frozen=True, kw_only=True)
class Context:
    """The states become children of `scope`; their errors lead to `failure`.

    `resources` collects the ARNs for which the state machine's role has permissions.
    """

    scope: Construct
    settings: Settings
    functions: PipelineFunctions
    requests: Requests
    topic: sns.ITopic
    failure: sfn.TaskStateBase
    resources: list[str]

    def states(self, step: Step, *, entry: str) -> States:
        """Creates states of a step that resumes at the state `entry` after a redrive."""
        return States(
            self.scope,
            step=step.value,
            entry=entry,
            waiting=self.settings.waiting,
            failure=self.failure,
            resources=self.resources,
        )

    def sagemaker_arn(self, resource: str) -> str:
        return arn(self.scope, "sagemaker", resource)
