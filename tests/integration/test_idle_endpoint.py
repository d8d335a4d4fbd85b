"""An endpoint that nobody asks is stopped by its schedule, and comes back: by an application, by a
schedule, and by a run. With IAM enforced.

One story; the tests are its parts, in their order.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

from contract.names import drift_name
from localcloud.server import LocalCloud
from reviews.client.aws import leftovers
from reviews.client.errors import EndpointStopped
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from tests.integration import reviews
from tests.integration.deployment import Deployment
from tests.integration.executions import begin, finish, start, unique
from tests.integration.idle_app import stopping
from worlds.execution_world import cloud
from worlds.least_privilege import statements, unused
from worlds.waiting import until

__all__ = ["cloud"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

NAME = "reviews-local"
STOP, START = f"{NAME}-stop-idle-endpoint", f"{NAME}-start-endpoint"
TEXTS = ["I loved this coat, it is perfect.", "I hated this coat, it is awful."]
_SECONDS = 0.01  # hours: what the schedule of the tests takes for idle is 36 seconds
# Of the statements of both functions, those that this story does not come to, and why.
_ELSEWHERE = (
    ("StartEndpoint", "sagemaker:DeleteEndpoint", "only a start that has failed"),
    ("StopIdle", "cloudwatch:DeleteAlarms", "here the service-linked role deletes the alarms"),
)


@pytest.fixture(scope="module")
def deployment(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    made = Deployment(cloud, tmp_path_factory.mktemp("idle"), stopping())
    made.app = "tests/integration/idle_app.py"
    made.set_up()
    with cloud.enforce_iam():
        yield made


@pytest.fixture(scope="module")
def first(deployment: Deployment) -> Execution:
    found = finish(deployment, start(deployment, "idle", reviews.to_csv(reviews.rows())))
    found.result()
    return found


@pytest.fixture(scope="module")
def answers(deployment: Deployment, first: Execution) -> list[Any]:
    return list(deployment.facade().endpoint.predict(TEXTS))


def pace(deployment: Deployment, name: str, expression: str, **given: Any) -> None:
    """Another expression for a schedule, and other values in its input: all else stays."""
    scheduler = deployment.client("scheduler")
    found = scheduler.get_schedule(Name=name)
    target = found["Target"]
    document = json.loads(target["Input"]) | given
    scheduler.update_schedule(
        Name=name,
        ScheduleExpression=expression,
        ScheduleExpressionTimezone=found["ScheduleExpressionTimezone"],
        FlexibleTimeWindow=found["FlexibleTimeWindow"],
        Target=target | {"Input": json.dumps(document)},
    )


def status(deployment: Deployment) -> str:
    try:
        found = deployment.client("sagemaker").describe_endpoint(EndpointName=NAME)
    except ClientError:
        return "none"
    return str(found["EndpointStatus"])


def wait_for(deployment: Deployment, wanted: str) -> None:
    found = until(lambda: status(deployment), lambda now: now == wanted, seconds=240, pause=0.5)
    assert found == wanted


def targets(deployment: Deployment) -> list[dict[str, Any]]:
    scaling = deployment.client("application-autoscaling")
    found = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    return [{key: target[key] for key in ("ResourceId", "MaxCapacity")} for target in found]


def stop_by_schedule(deployment: Deployment) -> None:
    """The schedule looks every minute, until the endpoint is gone, and then as in the settings."""
    pace(deployment, STOP, "rate(1 minute)", idle_hours=_SECONDS)
    wait_for(deployment, "none")
    pace(deployment, STOP, "rate(5 minutes)", idle_hours=4)


def look_now(deployment: Deployment) -> dict[str, Any]:
    """What the schedule does every five minutes."""
    document = {"idle_hours": 4, "scales": True}
    answer = deployment.client("lambda").invoke(FunctionName=STOP, Payload=json.dumps(document))
    found: dict[str, Any] = json.load(answer["Payload"])
    return found


def wake(deployment: Deployment) -> str:
    """What an application does."""
    answer = deployment.client("lambda").invoke(FunctionName=START, Payload=b"{}")
    return str(json.load(answer["Payload"])["status"])


def invocation_error(deployment: Deployment) -> str:
    with pytest.raises(ClientError) as refused:
        deployment.client("sagemaker-runtime").invoke_endpoint(EndpointName=NAME, Body=b"text")
    error = refused.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_an_endpoint_that_was_deployed_a_moment_ago_stays(
    deployment: Deployment, answers: list[Any]
) -> None:
    assert look_now(deployment)["reason"].startswith("it was created or changed at")
    assert status(deployment) == "InService"


def test_when_nobody_asks_any_more_its_schedule_stops_it(
    deployment: Deployment, answers: list[Any]
) -> None:
    assert targets(deployment)
    stop_by_schedule(deployment)
    assert targets(deployment) == []
    with pytest.raises(EndpointStopped, match=r"after 0\.01 hours without requests\. Start it: "):
        deployment.facade().endpoint.predict(TEXTS)
    assert invocation_error(deployment).startswith("ValidationError: Endpoint reviews-local")
    configs = deployment.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]
    assert len(configs) == 1


def test_meanwhile_a_report_about_drift_is_about_the_model_that_it_served(
    deployment: Deployment, answers: list[Any]
) -> None:
    machine = deployment.outputs().state_machine_arn.rpartition(":")[0]
    states, name = deployment.client("stepfunctions"), unique("stopped")
    arn = execution.start(states, f"{machine}:{drift_name(NAME)}", name, {"last_hours": 24})
    found = finish(deployment, arn)
    assert found.status == "SUCCEEDED", found.cause
    report = deployment.facade().drift.names(1)[0]
    assert report.endswith(name)


def test_an_application_starts_it_and_gets_the_same_answers(
    deployment: Deployment, answers: list[Any]
) -> None:
    assert wake(deployment) == "Creating"
    in_service = until(
        lambda: wake(deployment), lambda now: now == "InService", seconds=240, pause=0.5
    )
    assert in_service == "InService"
    assert deployment.facade().endpoint.predict(TEXTS) == answers


def test_it_scales_again_as_before(deployment: Deployment, answers: list[Any]) -> None:
    assert look_now(deployment)["stopped"] is False
    assert targets(deployment) == [
        {"ResourceId": f"endpoint/{NAME}/variant/AllTraffic", "MaxCapacity": 2}
    ]
    serving = deployment.facade().endpoint.serving()
    assert (serving.status, serving.run) == ("InService", "idle")
    assert wake(deployment) == "InService"  # also when no record is left


def test_its_other_schedule_starts_it_in_its_time_zone(
    deployment: Deployment, answers: list[Any]
) -> None:
    stop_by_schedule(deployment)
    soon = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(seconds=2)
    pace(deployment, START, f"at({soon:%Y-%m-%dT%H:%M:%S})")
    wait_for(deployment, "InService")
    assert deployment.facade().endpoint.predict(TEXTS) == answers


def test_a_run_deploys_onto_a_stopped_endpoint(
    deployment: Deployment, first: Execution, answers: list[Any]
) -> None:
    deployment.facade().endpoint.stop()
    document = {"start_at": "evaluation", "from_run": first.name}
    found = finish(deployment, begin(deployment, unique("again"), document))
    assert found.status == "SUCCEEDED", found.cause
    assert deployment.facade().endpoint.predict(TEXTS) == answers
    assert targets(deployment)
    serving = deployment.facade().endpoint.serving()
    assert serving.config == found.result()["endpoint"]["endpoint_config"]
    look_now(deployment)
    record = {"Bucket": deployment.outputs().artefact_bucket, "Prefix": "endpoint/"}
    assert deployment.client("s3").list_objects_v2(**record)["KeyCount"] == 0


def test_every_permission_of_both_functions_was_used_and_none_was_missing(
    cloud: LocalCloud, deployment: Deployment, answers: list[Any]
) -> None:
    decisions = cloud.iam_decisions()
    assert [found for found in decisions if not found.allowed] == []
    made = statements(
        deployment.client("cloudformation"), deployment.client("iam"), f"{NAME}-Pipeline"
    )
    own = [one for one in made if "StopIdleEndpoint" in one.role or "StartEndpoint" in one.role]
    assert own
    superfluous = [
        f"{statement.role} {action}"
        for statement, action in unused(own, decisions)
        if not any(
            word in statement.role and fnmatchcase(action, pattern)
            for word, pattern, _ in _ELSEWHERE
        )
    ]
    assert superfluous == []


def test_destroying_a_stopped_endpoint_leaves_nothing(
    deployment: Deployment, answers: list[Any]
) -> None:
    deployment.facade().endpoint.stop()
    deployment.destroy()
    facade = deployment.facade()
    leftovers.remove_bootstrap(facade)
    assert {kind: found for kind, found in leftovers.find(facade).items() if found} == {}
    schedules = deployment.client("scheduler").list_schedules()["Schedules"]
    assert schedules == []
