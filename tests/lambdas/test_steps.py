"""The functions between Prepare and the end, on stand-ins that answer as AWS does."""

import io
import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from reviews.cli.following import NEW_RUN
from tests.lambdas.conftest import run

TAGS = [
    {"Key": "reviews:environment", "Value": "dev"},
    {"Key": "reviews:run", "Value": "run-1"},
    {"Key": "reviews:execution", "Value": "arn:execution:run-1"},
]


def test_processing_reads_a_base_model_from_s3_as_an_input(load) -> None:
    template = {
        "ProcessingJobName": "{job}",
        "ProcessingInputs": [],
        "Arguments": ["--base-model={base_model}"],
    }
    make_request = load("start_processing").make_request
    hub = make_request(run(), template, 1)
    assert hub["ProcessingJobName"] == "reviews-dev-process-run-1-1"
    assert hub["Arguments"] == ["--base-model=roberta-base"]
    assert hub["ProcessingInputs"] == []
    assert hub["Tags"] == TAGS
    stored = make_request(run(base_model="s3://data/model/"), template, 1)
    (source,) = stored["ProcessingInputs"]
    assert stored["Arguments"] == [f"--base-model={source['S3Input']['LocalPath']}"]
    assert source["S3Input"]["S3Uri"] == "s3://data/model/"


def test_training_reads_a_base_model_from_s3_as_a_channel(load) -> None:
    template = {
        "InputDataConfig": [],
        "HyperParameters": {"base-model": '"{base_model}"', "sagemaker_job_name": '"{job}"'},
    }
    make_request = load("start_training").make_request
    hub = make_request(run(), template, 1)
    assert hub["TrainingJobName"] == "reviews-dev-train-run-1-1"
    assert hub["InputDataConfig"] == []
    assert hub["HyperParameters"] == {
        "base-model": '"roberta-base"',
        "sagemaker_job_name": '"reviews-dev-train-run-1-1"',
    }
    stored = make_request(run(base_model="s3://data/model/"), template, 1)
    (channel,) = stored["InputDataConfig"]
    assert channel["ChannelName"] == "base_model"


def test_evaluation_reads_the_model_of_the_training(load) -> None:
    make_request = load("start_evaluation").make_request
    template = {
        "Uri": "{model_data}",
        "ProcessingInputs": [],
        "AppSpecification": {"ContainerArguments": ["--model=x"]},
    }
    event = {"run": run(), "request": template, "model_data": "s3://a/model.tar.gz", "attempt": 2}
    request = make_request(event, "")
    assert request["Uri"] == "s3://a/model.tar.gz"
    assert request["ProcessingJobName"] == "reviews-dev-evaluate-run-1-2"
    assert request["ProcessingInputs"] == []
    compared = make_request(event, "s3://a/champion.tar.gz")
    (champion,) = compared["ProcessingInputs"]
    assert champion["S3Input"]["S3Uri"] == "s3://a/champion.tar.gz"
    assert compared["AppSpecification"]["ContainerArguments"] == [
        "--model=x",
        f"--champion={champion['S3Input']['LocalPath']}",
    ]


class Registry:
    """An approved model behind a page of others, or none, and what is left of its artefact."""

    def __init__(self, *, approved: bool, there: bool = True) -> None:
        self._approved, self._there = approved, there

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_model_packages"
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        assert asked["ModelApprovalStatus"] == "Approved"
        assert (asked["SortBy"], asked["SortOrder"]) == ("CreationTime", "Descending")
        found = [{"ModelPackageArn": "arn:2"}, {"ModelPackageArn": "arn:1"}]
        return [
            {"ModelPackageSummaryList": []},
            {"ModelPackageSummaryList": found if self._approved else []},
        ]

    def describe_model_package(self, *, ModelPackageName: str) -> dict[str, Any]:
        assert ModelPackageName == "arn:2"
        return {"InferenceSpecification": {"Containers": [{"ModelDataUrl": "s3://a/c.tar.gz"}]}}

    def head_object(self, **_request: str) -> None:
        if not self._there:
            answer = {"Error": {"Code": "404"}, "ResponseMetadata": {"HTTPStatusCode": 404}}
            raise ClientError(answer, "HeadObject")


def test_the_champion_is_the_newest_approved_model_that_is_still_there(load) -> None:
    find = load("start_evaluation").find_champion
    for registry, expected in (
        (Registry(approved=False), ""),
        (Registry(approved=True), "s3://a/c.tar.gz"),
        (Registry(approved=True, there=False), ""),
    ):
        assert find(registry, registry, "reviews-dev") == expected


GATE = {"mode": "enforce", "min_accuracy": 0.6, "min_macro_f1": 0.6, "max_drop": 0.01}
SCORES = {"accuracy": 0.7, "macro_f1": 0.69}


@pytest.mark.parametrize(
    ("evaluation", "missed"),
    [
        (SCORES, []),
        (SCORES | {"champion": SCORES}, []),
        (SCORES | {"accuracy": 0.59}, ["accuracy 0.59 is below 0.6"]),
        (SCORES | {"accuracy": float("nan")}, ["accuracy nan is below 0.6"]),
        (
            SCORES | {"champion": {"accuracy": 0.7, "macro_f1": 0.71}},
            ["macro_f1 0.69 is more than 0.01 below the champion's 0.71 on the same reviews"],
        ),
    ],
)
def test_the_gate_names_what_is_missed(load, evaluation: Any, missed: list[str]) -> None:
    assert load("check_gate").missed_rules(evaluation, GATE) == missed


@pytest.mark.parametrize(("mode", "passed"), [("enforce", False), ("report", True)])
def test_a_reporting_gate_lets_pass(load, monkeypatch, mode: str, passed: bool) -> None:
    check = load("check_gate")
    monkeypatch.setattr(check.s3, "read_json", lambda *_: {"accuracy": 0.1, "macro_f1": 0.1})
    answer = check.handler({"run": run(), "gate": GATE | {"mode": mode}}, None)
    assert answer["passed"] is passed
    assert len(answer["missed"]) == 2


@pytest.mark.parametrize(
    ("passed", "needs_approval", "status"),
    [
        (True, False, "Approved"),
        (True, True, "PendingManualApproval"),
        (False, False, "Rejected"),
        (False, True, "Rejected"),
    ],
)
def test_every_model_is_registered_with_its_metrics_and_lineage(
    load, passed: bool, needs_approval: bool, status: str
) -> None:
    event = {
        "run": run(),
        "gate": {"passed": passed, "missed": ["accuracy 0.1 is below 0.6"], "metrics": SCORES},
        "needs_approval": needs_approval,
        "model_data": "s3://a/model.tar.gz",
        "request": {"Url": "{model_data}"},
    }
    make_request = load("register_model").make_request
    request = make_request(event)
    assert request["ModelApprovalStatus"] == status
    assert request["Url"] == "s3://a/model.tar.gz"
    assert request["ModelPackageDescription"] == "accuracy 0.1 is below 0.6"
    properties = request["CustomerMetadataProperties"]
    assert properties["accuracy"] == "0.7"
    assert properties["run"] == "run-1"
    assert properties["code"] == "abc"
    assert make_request(event)["ClientToken"] == request["ClientToken"]
    another = make_request(event | {"run": run(id="run-2")})
    assert another["ClientToken"] != request["ClientToken"]


class Recorder:
    """Any client; remembers what it was asked. Those in `broken` are refused, with this code."""

    def __init__(self, *broken: str, code: str = "ValidationException") -> None:
        self.calls: dict[str, Any] = {}
        self._broken, self._code = broken, code

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> None:
            self.calls[name] = request
            if name in self._broken:
                raise ClientError({"Error": {"Code": self._code}}, name)

        return call


FAILURE = {
    "execution": "arn:aws:states:us-east-1:123456789012:execution:reviews-dev:Run 1",
    "run": run(),
    "step": "Training",
    "reason": "out of memory",
    "error": "",
    "job": {"kind": "training", "name": "reviews-dev-train-run-1-1"},
    "redrives": 0,
    "redrive_count": 0,
}


@pytest.fixture
def failing(load, monkeypatch):
    """The handler of failures on one recorder for all its clients."""

    def made(recorder: Recorder) -> Any:
        module = load("handle_failure")
        for name in ("SAGEMAKER", "S3", "SNS"):
            monkeypatch.setattr(module, name, recorder)
        return module

    return made


def test_a_failure_stops_the_job_is_recorded_and_told(failing) -> None:
    recorder = Recorder()
    module = failing(recorder)
    with pytest.raises(module.StepFailed, match="Training: out of memory") as raised:
        module.handler(FAILURE, None)
    assert type(raised.value).__name__ == "Training"  # Step Functions' name of the error
    stopped = recorder.calls["stop_training_job"]
    assert stopped == {"TrainingJobName": "reviews-dev-train-run-1-1"}
    assert recorder.calls["put_object"]["Key"] == "runs/run-1/failure.json"
    assert json.loads(recorder.calls["put_object"]["Body"])["reason"] == "out of memory"
    assert recorder.calls["publish"]["Subject"] == "reviews-dev: run run-1 failed in Training"
    assert FAILURE["execution"] in recorder.calls["publish"]["Message"]


def test_nothing_hides_why_a_step_failed(failing) -> None:
    recorder = Recorder("stop_training_job", "put_object", "publish")
    module = failing(recorder)
    with pytest.raises(module.StepFailed, match="Training: out of memory"):
        module.handler(FAILURE, None)
    assert len(recorder.calls) == 3


def test_a_job_that_could_not_be_stopped_is_no_end(failing) -> None:
    recorder = Recorder("stop_training_job", code="ThrottlingException")
    module = failing(recorder)
    told = "Training: out of memory .its job could not be stopped: .*ThrottlingException"
    with pytest.raises(Exception, match=told) as raised:
        module.handler(FAILURE, None)
    assert type(raised.value).__name__ == "Throttled"
    assert set(recorder.calls) == {"stop_training_job"}


def test_a_failure_before_there_is_a_run_has_its_place(failing) -> None:
    recorder = Recorder()
    module = failing(recorder)
    with pytest.raises(module.StepFailed):
        module.handler(FAILURE | {"run": {}, "job": {}, "step": "Prepare"}, None)
    assert recorder.calls["put_object"]["Key"].startswith("runs/run-1-")
    assert set(recorder.calls) == {"put_object", "publish"}


def test_a_redrive_lets_the_state_machine_go_on(failing) -> None:
    recorder = Recorder()
    module = failing(recorder)
    redriven = FAILURE | {"redrive_count": 1}
    assert module.handler(redriven, None) == {"redrives": 1}
    assert set(recorder.calls) == {"stop_training_job"}
    with pytest.raises(module.StepFailed):
        module.handler(redriven | {"redrives": 1}, None)


@pytest.mark.parametrize(
    ("failure", "helps"),
    [
        ({"step": "Training"}, True),
        ({"step": "Prepare", "error": "InvalidInput", "reason": "reviews: missing"}, False),
        ({"step": "Prepare", "error": "UnreadableReviews", "reason": "(404)"}, True),
        ({"step": "Prepare", "error": "AccountNotReady", "reason": "Quota: x: 0; needed: 1"}, True),
        ({"step": "Training", "error": "NameTaken", "reason": "an earlier run"}, False),
        ({"step": "Processing", "reason": "reviews.csv: not UTF-8: byte 0xff in line 1"}, False),
        ({"step": "Processing", "reason": "80 of 200 rows cannot be used, more than 10%"}, False),
        ({"step": "Processing", "reason": "neutral has 3 reviews; every split needs one"}, False),
        ({"step": "Processing", "reason": "CapacityError: no machines"}, True),
        ({"step": "Processing", "reason": "feature group 'x': 3 rows failed 3 times"}, True),
        ({"step": "Processing", "reason": "OSError: [Errno 28] No space left on device"}, False),
        ({"step": "Processing", "reason": "the processing job was stopped"}, True),
        ({"step": "Processing", "error": "Sandbox.Timedout", "reason": "timed out"}, True),
        ({"step": "Gate", "reason": "accuracy 0.5 is below 0.6; registered"}, False),
        ({"step": "Gate", "error": "States.Timeout", "reason": "States.Timeout"}, True),
    ],
)
def test_a_redrive_is_advised_where_it_can_mend_something(
    failing, failure: dict[str, str], helps: bool
) -> None:
    recorder = Recorder()
    module = failing(recorder)
    with pytest.raises(module.StepFailed) as raised:
        module.handler(FAILURE | failure, None)
    message = recorder.calls["publish"]["Message"]
    document = json.loads(recorder.calls["put_object"]["Body"])
    assert ("redrive-execution" in message) is helps
    assert ("start a new run" in message) is not helps
    assert ("start a new run" in document["advice"]) is not helps
    assert ("start a new run" in str(raised.value)) is not helps
    assert str(raised.value).startswith(f"{document['step']}: {document['reason']}")


def test_the_command_line_reads_the_words_of_the_advice(load) -> None:
    assert NEW_RUN in load("handle_failure", "advice").NEW_RUN


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ({"reason": "", "error": "Sandbox.Timedout"}, "Sandbox.Timedout"),
        ({"reason": "", "error": ""}, "AWS gave no reason; the log may have one"),
        ({"reason": f"first {'x' * 40_000} last", "error": ""}, "first x+ … x+ last"),
    ],
)
def test_a_reason_is_there_and_has_a_length_that_arrives(
    failing, failure: dict[str, str], reason: str
) -> None:
    recorder = Recorder()
    module = failing(recorder)
    with pytest.raises(module.StepFailed, match=f"^Training: {reason}$") as raised:
        module.handler(FAILURE | failure, None)
    assert len(str(raised.value)) < 5000
    assert re.fullmatch(reason, json.loads(recorder.calls["put_object"]["Body"])["reason"])


def test_a_connection_that_is_lost_hides_no_reason(failing, monkeypatch) -> None:
    module = failing(Recorder())

    class Unreachable:
        def put_object(self, **_request: Any) -> None:
            raise EndpointConnectionError(endpoint_url="https://s3")

    monkeypatch.setattr(module, "S3", Unreachable())
    with pytest.raises(module.StepFailed, match="Training: out of memory"):
        module.handler(FAILURE, None)


def test_asking_for_approval_keeps_the_token_and_says_how_to_answer(load, monkeypatch) -> None:
    ask, recorder = load("ask_approval"), Recorder()
    for name in ("S3", "SNS"):
        monkeypatch.setattr(ask, name, recorder)
    event = {
        "run": run(),
        "token": "secret",
        "package": {"arn": "arn:3", "version": 3},
        "gate": {"metrics": SCORES, "missed": []},
    }
    ask.handler(event, None)
    document = json.loads(recorder.calls["put_object"]["Body"])
    assert document == {"token": "secret", "package": "arn:3"}
    mail = recorder.calls["publish"]
    assert "reviews approve run-1 --env dev" in mail["Message"]
    assert "secret" not in str(mail)


NEW_CONFIG = "reviews-dev-endpoint-config-run-1-1"
OLD_CONFIG = "reviews-dev-endpoint-config-old"
UPDATE = {"DeploymentConfig": {"BlueGreenUpdatePolicy": {}}, "RetainAllVariantProperties": True}


def config(instance_type: str = "ml.m5.large", percent: int = 10) -> dict[str, Any]:
    variant = {"VariantName": "AllTraffic", "InstanceType": instance_type}
    return {
        "EndpointConfigName": NEW_CONFIG,
        "ProductionVariants": [variant],
        "DataCaptureConfig": {"EnableCapture": True, "InitialSamplingPercentage": percent},
    }


class SageMaker:
    """Remembers what it was asked to create or update; knows one endpoint, or none."""

    def __init__(self, config: str | None, status: str = "InService") -> None:
        self.config, self.status, self.calls = config, status, []

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, str]:
        if self.config is None:
            error = {"Code": "ValidationException", "Message": "Could not find endpoint"}
            raise ClientError({"Error": error}, "DescribeEndpoint")
        found = {"EndpointConfigName": self.config, "EndpointStatus": self.status}
        return {**found, "EndpointArn": "arn:endpoint"}

    def list_tags(self, *, ResourceArn: str, MaxResults: int) -> dict[str, Any]:
        return {"Tags": [{"Key": "reviews:execution", "Value": "arn:execution:run-0"}]}

    def describe_endpoint_config(self, *, EndpointConfigName: str) -> dict[str, Any]:
        assert EndpointConfigName == OLD_CONFIG
        return config()

    def __getattr__(self, name: str) -> Any:
        return lambda **request: self.calls.append((name, request))


class States:
    """Knows how the execution is that changed the endpoint last."""

    def __init__(self, status: str) -> None:
        self._status = status

    def describe_execution(self, *, executionArn: str) -> dict[str, str]:
        assert executionArn == "arn:execution:run-0"
        return {"status": self._status}


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        (None, "create_endpoint"),
        (OLD_CONFIG, "update_endpoint"),
        (NEW_CONFIG, "add_tags"),
    ],
)
def test_an_endpoint_is_created_updated_or_left(load, current: str | None, expected) -> None:
    deploy = load("deploy_endpoint")
    client = SageMaker(current)
    deploy.Endpoint(client, None, States("FAILED"), "reviews-dev").put(run(), config(), UPDATE)
    assert client.calls[0][0] == expected
    if expected == "update_endpoint":
        assert client.calls[0][1]["DeploymentConfig"] == UPDATE["DeploymentConfig"]
        assert client.calls[1] == ("add_tags", {"ResourceArn": "arn:endpoint", "Tags": TAGS})


class Answered(SageMaker):
    """Its endpoint comes to `config` and `status` with a call that is refused nevertheless."""

    def __init__(self, before: str | None, config: str | None, status: str) -> None:
        super().__init__(before)
        self._after = config, status

    def _refuse(self, **_request: Any) -> None:
        self.config, self.status = self._after
        raise ClientError({"Error": {"Code": "ValidationException", "Message": "no"}}, "Put")

    create_endpoint = update_endpoint = _refuse


@pytest.mark.parametrize("before", [None, OLD_CONFIG])
def test_a_repeated_call_finds_what_the_first_one_did(load, before: str | None) -> None:
    deploy, client = load("deploy_endpoint"), Answered(before, NEW_CONFIG, "Updating")
    deploy.Endpoint(client, None, States("FAILED"), "reviews-dev").put(run(), config(), UPDATE)
    assert client.config == NEW_CONFIG


@pytest.mark.parametrize("before", [None, OLD_CONFIG])
def test_an_execution_that_was_faster_is_waited_for(load, before: str | None) -> None:
    deploy, client = load("deploy_endpoint"), Answered(before, "of-another-run", "Creating")
    with pytest.raises(deploy.EndpointBusy, match="is changed by another"):
        deploy.Endpoint(client, None, States("FAILED"), "reviews-dev").put(run(), config(), UPDATE)


@pytest.mark.parametrize("before", [None, OLD_CONFIG])
def test_an_endpoint_that_is_refused_is_an_error(load, before: str | None) -> None:
    deploy, client = load("deploy_endpoint"), Answered(before, before, "InService")
    with pytest.raises(ClientError, match="ValidationException"):
        deploy.Endpoint(client, None, States("FAILED"), "reviews-dev").put(run(), config(), UPDATE)


SMALL = (
    "The account-level service limit 'ml.m5.large for endpoint usage' is 1 Instances, with current "
    "utilization of 1 Instances and a request delta of 1 Instances. Please use AWS Service Quotas "
    "to request an increase for this quota."
)


@pytest.mark.parametrize(
    ("before", "instances", "error"),
    [
        (OLD_CONFIG, 1, "QuotaTooSmall"),  # its own instance is in the way, until it is done
        (OLD_CONFIG, 0, "LimitReached"),  # another endpoint's is
        (None, 0, "LimitReached"),
    ],
)
def test_an_update_that_needs_more_than_the_quota_is_not_waited_for(
    load, monkeypatch, before: str | None, instances: int, error: str
) -> None:
    class Full(SageMaker):
        def describe_endpoint(self, *, EndpointName: str) -> dict[str, Any]:
            variants = [{"CurrentInstanceCount": instances}]
            return super().describe_endpoint(EndpointName=EndpointName) | {
                "ProductionVariants": variants
            }

        def _refuse(self, **_request: Any) -> None:
            answer = {"Error": {"Code": "ResourceLimitExceeded", "Message": SMALL}}
            raise ClientError(answer, "UpdateEndpoint")

        create_endpoint = update_endpoint = _refuse
        create_model = create_endpoint_config = lambda self, **_: None

    deploy = load("deploy_endpoint")
    monkeypatch.setattr(deploy, "SAGEMAKER", Full(before))
    monkeypatch.setattr(deploy, "SCALING", Scaling(False))
    monkeypatch.setattr(deploy, "STATES", States("FAILED"))
    event = {
        "run": run(),
        "attempt": 1,
        "model_data": "s3://artefacts/model.tar.gz",
        "update": UPDATE,
        "model": {"ModelName": "{model}"},
        "endpoint_config": config() | {"EndpointConfigName": "{endpoint_config}"},
    }
    with pytest.raises(Exception, match=r"ml\.m5\.large for endpoint usage") as raised:
        deploy.handler(event, None)
    assert type(raised.value).__name__ == error
    if error == "QuotaTooSmall":
        assert "1; needed: 2" in str(raised.value)
        assert "--desired-value 2" in str(raised.value)


def test_an_execution_that_still_tests_its_model_is_waited_for(load) -> None:
    deploy, client = load("deploy_endpoint"), SageMaker(OLD_CONFIG)
    endpoint = deploy.Endpoint(client, None, States("RUNNING"), "reviews-dev")
    with pytest.raises(deploy.EndpointBusy, match="is being tested by arn:execution:run-0"):
        endpoint.put(run(), config(), UPDATE)
    assert not client.calls


@pytest.mark.parametrize(
    ("status", "calls"),
    [("Updating", []), ("Creating", []), ("Deleting", []), ("Failed", ["delete_endpoint"])],
)
def test_an_endpoint_that_is_busy_is_waited_for(load, status: str, calls: list[str]) -> None:
    deploy, client = load("deploy_endpoint"), SageMaker("of-another-run", status)
    with pytest.raises(deploy.EndpointBusy, match=status):
        deploy.Endpoint(client, None, None, "reviews-dev").put(run(), config(), UPDATE)
    assert [name for name, _ in client.calls] == calls


class Scaling:
    """A variant that scales, or does not."""

    def __init__(self, scales: bool) -> None:
        self.scales = scales
        self.stopped: list[str] = []

    def deregister_scalable_target(self, *, ResourceId: str, **_request: str) -> None:
        if not self.scales:
            error = {"Code": "ObjectNotFoundException", "Message": "none"}
            raise ClientError({"Error": error}, "DeregisterScalableTarget")
        self.stopped.append(ResourceId)


@pytest.mark.parametrize(
    ("wanted", "how", "stops"),
    [
        (config(), UPDATE, False),
        (config("ml.c5.large"), UPDATE, True),
        (config(percent=20), UPDATE, True),
        (config(), {**UPDATE, "RetainAllVariantProperties": False}, True),
    ],
)
@pytest.mark.parametrize("scales", [True, False])
def test_other_instances_and_another_capture_do_not_go_on_scaling(
    load, wanted: dict[str, Any], how: dict[str, Any], stops: bool, scales: bool
) -> None:
    deploy, client, scaling = load("deploy_endpoint"), SageMaker(OLD_CONFIG), Scaling(scales)
    endpoint = deploy.Endpoint(client, scaling, States("SUCCEEDED"), "reviews-dev")
    endpoint.put(run(), wanted, how)
    assert [name for name, _ in client.calls] == ["update_endpoint", "add_tags"]
    expected = ["endpoint/reviews-dev/variant/AllTraffic"] if stops and scales else []
    assert scaling.stopped == expected


def test_deploying_fills_both_requests(load, monkeypatch) -> None:
    deploy = load("deploy_endpoint")
    client = SageMaker(None)
    monkeypatch.setattr(deploy, "SAGEMAKER", client)
    event = {
        "run": run(),
        "attempt": 1,
        "model_data": "s3://artefacts/model.tar.gz",
        "update": UPDATE,
        "model": {"ModelName": "{model}", "ModelDataUrl": "{model_data}"},
        "endpoint_config": {"EndpointConfigName": "{endpoint_config}", "ModelName": "{model}"},
    }
    assert deploy.handler(event, None) == {
        "name": "reviews-dev",
        "model": "reviews-dev-model-run-1-1",
        "endpoint_config": "reviews-dev-endpoint-config-run-1-1",
    }
    calls = dict(client.calls)
    assert calls["create_model"]["ModelDataUrl"] == "s3://artefacts/model.tar.gz"
    assert calls["create_endpoint_config"]["ModelName"] == "reviews-dev-model-run-1-1"
    assert calls["create_endpoint"]["Tags"] == TAGS


@pytest.mark.parametrize(("percent", "retains"), [(10, True), (20, False)])
def test_a_changed_capture_is_not_held_up_by_what_is_retained(
    load, percent: int, retains: bool
) -> None:
    deploy, client = load("deploy_endpoint"), SageMaker(OLD_CONFIG)
    endpoint = deploy.Endpoint(client, Scaling(True), States("SUCCEEDED"), "reviews-dev")
    endpoint.put(run(), config(percent=percent), UPDATE)
    update = client.calls[0][1]
    assert update["RetainAllVariantProperties"] is retains
    assert "ExcludeRetainedVariantProperties" not in update


class Athena:
    def __init__(self, state: str, count: int = 0) -> None:
        self._state, self._count, self.asked = state, count, {}

    def start_query_execution(self, **request: Any) -> dict[str, str]:
        self.asked = request
        return {"QueryExecutionId": "q"}

    def get_query_execution(self, *, QueryExecutionId: str) -> dict[str, Any]:
        status = {"State": self._state, "StateChangeReason": "no such table"}
        return {"QueryExecution": {"Status": status}}

    def get_query_results(self, *, QueryExecutionId: str) -> dict[str, Any]:
        rows = [{"Data": [{"VarCharValue": value}]} for value in ("_col0", str(self._count))]
        return {"ResultSet": {"Rows": rows}}


def test_stored_rows_are_those_of_this_run(load) -> None:
    check = load("check_features")
    athena = Athena("SUCCEEDED", 12)
    assert check.count_stored(athena, check.ENVIRONMENT, "2026-01-31T12:00:00.000Z") == 12
    assert """"date" = '2026-01-31T12:00:00.000Z\'""" in athena.asked["QueryString"]
    assert '"reviews_dev"."reviews_dev"' in athena.asked["QueryString"]


def test_athena_is_told_the_database_and_uses_no_default(load) -> None:
    check, athena = load("check_features"), Athena("SUCCEEDED", 12)
    check.count_stored(athena, check.ENVIRONMENT, "2026-01-31T12:00:00.000Z")
    database = {"Catalog": "AwsDataCatalog", "Database": "reviews_dev"}
    assert athena.asked["QueryExecutionContext"] == database
    assert athena.asked["WorkGroup"] == "reviews-dev"


def test_a_failed_query_says_why(load) -> None:
    check = load("check_features")
    with pytest.raises(check.QueryFailed, match="no such table"):
        check.count_stored(Athena("FAILED"), check.ENVIRONMENT, "2026-01-31T12:00:00.000Z")


class Runtime:
    def __init__(self, *answers: dict[str, Any]) -> None:
        self._body = "\n".join(map(json.dumps, answers)).encode()

    def invoke_endpoint(self, **_request: Any) -> dict[str, Any]:
        return {"Body": io.BytesIO(self._body)}


GOOD = {
    "label": "positive",
    "probabilities": {"negative": 0.1, "neutral": 0.2, "positive": 0.7},
}
LABELS = set(GOOD["probabilities"])


def test_three_good_answers_pass(load) -> None:
    predict = load("smoke_test").predict
    assert predict(Runtime(GOOD, GOOD, GOOD), "reviews-dev", LABELS) == [GOOD] * 3


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([GOOD], "1 answers to 3 sentences"),
        ([GOOD, GOOD, GOOD | {"label": "good"}], "the labels must be"),
        ([GOOD, GOOD, GOOD | {"probabilities": {"negative": 1.0}}], "the labels must be"),
        (
            [GOOD | {"probabilities": {"negative": 1, "neutral": 1, "positive": 1}}, GOOD, GOOD],
            "add up to 3.0, not 1",
        ),
    ],
)
def test_a_strange_answer_fails(load, answers: list[Any], message: str) -> None:
    smoke_test = load("smoke_test")
    with pytest.raises(smoke_test.SmokeTestFailed, match=message):
        smoke_test.predict(Runtime(*answers), "reviews-dev", LABELS)
