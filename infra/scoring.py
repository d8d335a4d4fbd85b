"""The state machine that scores a file in batch, with a transform job and without an endpoint."""

from constructs import Construct

from contract import states as names
from contract.names import TRANSFORM, scoring_name
from contract.scoring import ScoringStep
from infra.job_state_machine import Calls, JobStateMachine, StateNames
from infra.jsonata import first, query
from infra.permissions import arn
from infra.pipeline_functions import PipelineFunctions
from infra.requests import Request
from infra.settings import Settings
from infra.states import Describe
from infra.steps.jobs import DONE, ERROR, FAILED
from infra.storage import Storage

_STATES = StateNames(
    step=ScoringStep.SCORE.value,
    begin=names.BEGIN_SCORING,
    loop=names.TRANSFORM,
    end=names.END_SCORING,
    done=names.SCORED,
    failure=names.HANDLE_SCORING_FAILURE,
)


class ScoringStateMachine(JobStateMachine):
    """`model` and `transform` are compiled requests (infra/requests.py)."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        functions: PipelineFunctions,
        storage: Storage,
        model: Request,
        transform: Request,
    ) -> None:
        super().__init__(
            scope,
            id_,
            settings=settings,
            storage=storage,
            name=scoring_name(settings.name),
            names=_STATES,
            calls=Calls(
                start=functions.start_scoring,
                end=functions.end_scoring,
                start_payload={"model": model, "transform": transform},
                end_payload={},
                result="$started",
            ),
            describe=_describe(scope, settings),
        )


def _describe(scope: Construct, settings: Settings) -> Describe:
    stopped = "'the transform job was stopped'"
    return Describe(
        action="describeTransformJob",
        parameters={"TransformJobName": query("$started.job")},
        resource=arn(scope, "sagemaker", f"transform-job/{settings.name}-{TRANSFORM}-*"),
        described={"status": "$states.result.TransformJobStatus", "error": ERROR},
        done=DONE,
        failed=FAILED,
        assign={"reason": first("FailureReason", otherwise=stopped)},
    )
