"""The comparison of what the endpoint is asked with the baseline: state machine and alarms."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from contract import states as names
from contract.drift import DRIFTED_METRIC
from contract.names import DRIFT, drift_name, metric_namespace
from infra.alarms import add_alarm
from infra.job_state_machine import Calls, JobStateMachine, StateNames
from infra.permissions import arn
from infra.pipeline_functions import PipelineFunctions
from infra.requests import Request
from infra.settings import Settings
from infra.steps.jobs import describe_processing
from infra.storage import Storage

_STATES = StateNames(
    step="compare",
    begin=names.BEGIN_DRIFT,
    loop=names.COMPARISON,
    end=names.END_DRIFT,
    done=names.COMPARED,
    failure=names.HANDLE_DRIFT_FAILURE,
)


class DriftStateMachine(JobStateMachine):
    """`request` is that of the job, compiled; `new_run` the input of a run that drift starts,
    empty where it starts none."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        functions: PipelineFunctions,
        storage: Storage,
        request: Request,
        new_run: dict[str, str],
    ) -> None:
        jobs = arn(scope, "sagemaker", f"processing-job/{settings.name}-{DRIFT}-*")
        super().__init__(
            scope,
            id_,
            settings=settings,
            storage=storage,
            name=drift_name(settings.name),
            names=_STATES,
            calls=Calls(
                start=functions.start_drift,
                end=functions.end_drift,
                start_payload={
                    "request": request,
                    "hours": settings.drift.period_hours,
                    "ratings_days": settings.drift.ratings_days,
                },
                end_payload={"new_run": new_run},
                result="$states.result.Payload",
            ),
            describe=describe_processing("drift", name="$started.job", resource=jobs),
        )


class DriftAlarms(Construct):
    """Two alarms: for drift, and for reports that could not be written."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        machine: sfn.IStateMachine,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        command = f"reviews drift --env {settings.environment}"
        add_alarm(
            self,
            "Drift",
            cloudwatch.Metric(
                namespace=metric_namespace(settings.name),
                metric_name=DRIFTED_METRIC,
                statistic="Maximum",
                period=Duration.hours(1),
            ),
            settings=settings,
            topic=topic,
            description=f"What the endpoint is asked, or answers, has moved: {command}",
            # There is one value a report: until the next one the alarm stays as it is.
            missing=cloudwatch.TreatMissingData.IGNORE,
        )
        add_alarm(
            self,
            "DriftReports",
            machine.metric_failed(period=Duration.minutes(1), statistic="Sum"),
            settings=settings,
            topic=topic,
            description="A report about drift could not be written.",
        )
