"""Creating and updating the endpoint, and errors while it is busy."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.lambdas.runs import TAGS, run

NEW_CONFIG = "reviews-dev-config-run-1-1"
OLD_CONFIG = "reviews-dev-config-old"
UPDATE = {"DeploymentConfig": {"BlueGreenUpdatePolicy": {}}, "RetainAllVariantProperties": True}


def config(instance_type: str = "ml.m5.large", percent: int = 10) -> dict[str, Any]:
    variant = {"VariantName": "AllTraffic", "InstanceType": instance_type}
    return {
        "Tags": TAGS,
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
    module = load("deploy_endpoint", "endpoint")
    client = SageMaker(current)
    module.Endpoint(client, None, States("FAILED"), "reviews-dev").deploy(run(), config(), UPDATE)
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
def test_a_repeated_call_adopts_the_result_of_the_first_one(load, before: str | None) -> None:
    module, client = load("deploy_endpoint", "endpoint"), Answered(before, NEW_CONFIG, "Updating")
    module.Endpoint(client, None, States("FAILED"), "reviews-dev").deploy(run(), config(), UPDATE)
    assert client.config == NEW_CONFIG


@pytest.mark.parametrize("before", [None, OLD_CONFIG])
def test_an_execution_that_was_faster_is_waited_for(load, before: str | None) -> None:
    module, client = (
        load("deploy_endpoint", "endpoint"),
        Answered(before, "of-another-run", "Creating"),
    )
    with pytest.raises(module.EndpointBusy, match="is changed by another"):
        module.Endpoint(client, None, States("FAILED"), "reviews-dev").deploy(
            run(), config(), UPDATE
        )


def test_an_endpoint_that_was_stopped_a_moment_ago_is_created_with_the_next_attempt(load) -> None:
    module, client = load("deploy_endpoint", "endpoint"), Answered(OLD_CONFIG, None, "")
    endpoint = module.Endpoint(client, Scaling(False), States("SUCCEEDED"), "reviews-dev")
    with pytest.raises(module.EndpointBusy, match="was deleted meanwhile"):
        endpoint.deploy(run(), config(), UPDATE)


@pytest.mark.parametrize("before", [None, OLD_CONFIG])
def test_an_endpoint_that_is_refused_is_an_error(load, before: str | None) -> None:
    module, client = load("deploy_endpoint", "endpoint"), Answered(before, before, "InService")
    with pytest.raises(ClientError, match="ValidationException"):
        module.Endpoint(client, None, States("FAILED"), "reviews-dev").deploy(
            run(), config(), UPDATE
        )


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
        "model": {"ModelName": "{model}", "PrimaryContainer": {}},
        "endpoint_config": config() | {"EndpointConfigName": "{endpoint_config}"},
    }
    with pytest.raises(Exception, match=r"ml\.m5\.large for endpoint usage") as raised:
        deploy.handler(event, None)
    assert type(raised.value).__name__ == error
    if error == "QuotaTooSmall":
        assert "1; needed: 2" in str(raised.value)
        assert "--desired-value 2" in str(raised.value)


def test_an_execution_that_still_tests_its_model_is_waited_for(load) -> None:
    module, client = load("deploy_endpoint", "endpoint"), SageMaker(OLD_CONFIG)
    endpoint = module.Endpoint(client, None, States("RUNNING"), "reviews-dev")
    with pytest.raises(module.EndpointBusy, match="is being tested by arn:execution:run-0"):
        endpoint.deploy(run(), config(), UPDATE)
    assert not client.calls


@pytest.mark.parametrize(
    ("status", "calls"),
    [("Updating", []), ("Creating", []), ("Deleting", []), ("Failed", ["delete_endpoint"])],
)
def test_an_endpoint_that_is_busy_is_waited_for(load, status: str, calls: list[str]) -> None:
    module, client = load("deploy_endpoint", "endpoint"), SageMaker("of-another-run", status)
    with pytest.raises(module.EndpointBusy, match=status):
        module.Endpoint(client, None, None, "reviews-dev").deploy(run(), config(), UPDATE)
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
    module, client, scaling = (
        load("deploy_endpoint", "endpoint"),
        SageMaker(OLD_CONFIG),
        Scaling(scales),
    )
    endpoint = module.Endpoint(client, scaling, States("SUCCEEDED"), "reviews-dev")
    endpoint.deploy(run(), wanted, how)
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
        "model": {"ModelName": "{model}", "PrimaryContainer": {"ModelDataUrl": "{model_data}"}},
        "endpoint_config": {"EndpointConfigName": "{endpoint_config}", "ModelName": "{model}"},
    }
    assert deploy.handler(event, None) == {
        "name": "reviews-dev",
        "model": "reviews-dev-model-run-1-1",
        "endpoint_config": "reviews-dev-config-run-1-1",
    }
    calls = dict(client.calls)
    assert (
        calls["create_model"]["PrimaryContainer"]["ModelDataUrl"] == "s3://artefacts/model.tar.gz"
    )
    assert calls["create_endpoint_config"]["ModelName"] == "reviews-dev-model-run-1-1"
    assert calls["create_endpoint"]["Tags"] == TAGS


@pytest.mark.parametrize(("percent", "retains"), [(10, True), (20, False)])
def test_a_changed_capture_is_not_held_up_by_what_is_retained(
    load, percent: int, retains: bool
) -> None:
    module, client = load("deploy_endpoint", "endpoint"), SageMaker(OLD_CONFIG)
    endpoint = module.Endpoint(client, Scaling(True), States("SUCCEEDED"), "reviews-dev")
    endpoint.deploy(run(), config(percent=percent), UPDATE)
    update = client.calls[0][1]
    assert update["RetainAllVariantProperties"] is retains
    assert "ExcludeRetainedVariantProperties" not in update
