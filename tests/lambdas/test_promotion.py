"""A promotion: what Prepare makes of a version of another environment."""

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from contract.execution_input import InvalidInput, check_input
from tests.lambdas.registries import IMAGE, REGISTERED, Objects, Registry, denied, objects_of
from tests.lambdas.runs import run

BUCKET, GROUP, PREFIX = "theirs", "reviews-staging", "s3://artefacts/runs/promote-1"
ROLE = "arn:aws:iam::111111111111:role/reviews-staging-promotion"
SOURCES = {"staging": {"role": ROLE, "region": "eu-west-1", "group": GROUP}}


class Sts:
    def __init__(self, error: ClientError | None = None) -> None:
        self.asked: list[dict[str, str]] = []
        self._error = error

    def assume_role(self, **request: str) -> dict[str, Any]:
        self.asked.append(request)
        if self._error:
            raise self._error
        return {
            "Credentials": {
                "AccessKeyId": "ASIA1",
                "SecretAccessKey": "secret",
                "SessionToken": "token",
            }
        }


def source_of(load: Any, objects: Objects, registry: Registry) -> Any:
    load("prepare")
    from shared.source_environment import Source

    return Source(name="staging", role=ROLE, region="eu-west-1", s3=objects, sagemaker=registry)


def promote(
    load: Any,
    chosen: dict[str, Any] | None = None,
    objects: Objects | None = None,
    image: str = IMAGE,
    **version: Any,
) -> dict[str, Any]:
    storage = objects if objects is not None else Objects(objects_of(BUCKET, 7))
    source = source_of(load, storage, Registry(GROUP, BUCKET, v7=version, v8={}))
    found: dict[str, Any] = load("prepare", "promotion").promote(
        source, chosen or {"from_version": 7}, group=GROUP, prefix=PREFIX, image=image
    )
    return found


def test_a_promotion_knows_where_its_model_comes_from(load) -> None:
    found = promote(load)
    assert found["model_data"] == f"{PREFIX}/training/promoted/output/model.tar.gz"
    assert found["promoted_from"] == {
        "environment": "staging",
        "role": ROLE,
        "region": "eu-west-1",
        "run": "run-7",
        "prefix": f"s3://{BUCKET}/runs/run-7",
        "version": 7,
        "package": Registry(GROUP, BUCKET).arn(7),
        "code": f"s3://{BUCKET}/code/abc",
        "model_data": f"s3://{BUCKET}/runs/run-7/training/job/output/model.tar.gz",
        "sha256": "",
        "etag": '"1"',
        "bytes": len(b"the artefact"),
    }
    for inherited in ("reviews", "base_model", "columns", "labels", "training"):
        assert found[inherited] == run()[inherited]
    assert found["features"] == ""


def test_a_run_is_promoted_by_its_name(load) -> None:
    assert promote(load, {"from_run": "run-7"})["promoted_from"]["version"] == 7
    with pytest.raises(InvalidInput, match="from_run: reviews-staging has no version of run 'x'"):
        promote(load, {"from_run": "x"})


def test_the_code_of_a_model_that_was_promoted_before_is_that_of_its_training(load) -> None:
    origin = {"code": "s3://first/code/def"}
    storage = Objects(objects_of(BUCKET, 7, promoted_from=origin))
    found = promote(load, objects=storage, properties={"sha256": "0a"})["promoted_from"]
    assert found["code"] == f"s3://{BUCKET}/code/def"
    assert found["sha256"] == "0a"


@pytest.mark.parametrize("status", ["Rejected", "PendingManualApproval"])
def test_only_an_approved_version_is_promoted(load, status: str) -> None:
    with pytest.raises(Exception, match=f"version 7 of reviews-staging is {status}") as raised:
        promote(load, status=status)
    assert type(raised.value).__name__ == "NotApproved"


def test_an_artefact_that_was_written_after_its_registration_is_not_what_was_approved(load) -> None:
    storage = Objects(objects_of(BUCKET, 7))
    storage.last_modified = REGISTERED + timedelta(seconds=1)
    with pytest.raises(InvalidInput, match=r"from_version: version 7 .* is not what was approved"):
        promote(load, objects=storage)


def test_an_image_of_another_registry_is_the_same_and_another_tag_is_not(load) -> None:
    other = "222222222222.dkr.ecr.eu-west-1.amazonaws.com"
    assert promote(load, image=f"{other}/serving:1")["promoted_from"]["version"] == 7
    with pytest.raises(InvalidInput, match="is for the image serving:1, and this environment dep"):
        promote(load, image=f"{other}/serving:2")


@pytest.mark.parametrize(
    "gone", ["run.json", "evaluation/evaluation.json", "training/job/output/model.tar.gz"]
)
def test_what_is_gone_of_a_version_is_named(load, gone: str) -> None:
    storage = Objects(objects_of(BUCKET, 7))
    del storage.objects[f"s3://{BUCKET}/runs/run-7/{gone}"]
    with pytest.raises(InvalidInput, match=f"from_version: version 7 .*{gone} is gone"):
        promote(load, objects=storage)


def test_an_unknown_version_is_named(load) -> None:
    with pytest.raises(InvalidInput, match="from_version: reviews-staging has no version 9"):
        promote(load, {"from_version": 9})


def test_the_session_in_the_other_account_has_the_name_of_the_run(load) -> None:
    sts = Sts()
    source = load("prepare", "promotion").open_source(sts, SOURCES, "staging", "promote-1")
    assert sts.asked == [{"RoleArn": ROLE, "RoleSessionName": "run-promote-1"}]
    assert source.s3.meta.region_name == "eu-west-1"


@pytest.mark.parametrize("sources", [{}, SOURCES])
def test_an_environment_that_the_settings_do_not_name_is_refused(load, sources: Any) -> None:
    allowed = ", ".join(sources) or "none, by the settings"
    with pytest.raises(InvalidInput, match=f"no models of 'dev' .*; allowed: {allowed}"):
        load("prepare", "promotion").open_source(Sts(), sources, "dev", "promote-1")


def test_an_environment_that_is_gone_says_so_and_a_throttled_call_is_retried(load) -> None:
    open_source = load("prepare", "promotion").open_source
    with pytest.raises(Exception, match="staging cannot be read as reviews-staging-pro") as raised:
        open_source(Sts(denied("AssumeRole")), SOURCES, "staging", "promote-1")
    assert type(raised.value).__name__ == "SourceUnavailable"
    with pytest.raises(ClientError, match="Throttling"):
        open_source(Sts(denied("AssumeRole", "Throttling")), SOURCES, "staging", "promote-1")


def test_a_registry_that_is_gone_says_so(load, monkeypatch) -> None:
    registry = Registry(GROUP, BUCKET, v7={})
    monkeypatch.setattr(
        registry, "describe_model_package", lambda **_: _raise(denied("DescribeModelPackage"))
    )
    source = source_of(load, Objects(), registry)
    with pytest.raises(Exception, match="staging cannot be read") as raised:
        load("prepare", "promotion").promote(
            source, {"from_version": 7}, group=GROUP, prefix=PREFIX, image=IMAGE
        )
    assert type(raised.value).__name__ == "SourceUnavailable"


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "from_environment: None must be the name of an environment"),
        ({"from_environment": ""}, "from_environment: '' must be"),
        ({"from_environment": "staging"}, "give either from_version or from_run"),
        ({"from_environment": "a", "from_version": 1, "from_run": "r"}, "give either"),
        ({"from_environment": "a", "from_version": 0}, "from_version: 0 must be the number"),
        ({"from_environment": "a", "from_run": ""}, "from_run: '' must be the name of an earlier"),
        ({"from_environment": "a", "version": 1}, "unknown field 'version'; allowed: start_at, fr"),
    ],
)
def test_a_wrong_input_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        check_input({"start_at": "promotion", **given})


# -- the test split of this environment ------------------------------------------------------------


class States:
    """Executions that have succeeded, newest first."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_executions"
        return self

    def paginate(self, *, stateMachineArn: str, statusFilter: str) -> Any:
        assert stateMachineArn == "arn:aws:states:us-east-1:1:stateMachine:reviews-dev"
        assert statusFilter == "SUCCEEDED"
        for name in self._names:
            yield {"executions": [{"name": name}]}


def newest_features(load: Any, states: States, objects: Objects) -> Any:
    return load("prepare", "own_reviews").newest_features(
        states,
        objects,
        bucket="artefacts",
        execution="arn:aws:states:us-east-1:1:execution:reviews-dev:promote-1",
        labels=str(run()["labels"]),
    )


def test_the_newest_run_with_reviews_of_the_models_labels_is_taken(load) -> None:
    objects = Objects(
        objects_of("artefacts", 1)
        | objects_of("artefacts", 2)
        | objects_of("artefacts", 3, labels="other")
    )
    promoted = run(id="run-4", features="")  # a promotion that was not evaluated
    objects.objects["s3://artefacts/runs/run-4/run.json"] = json.dumps(promoted).encode()
    names = ("run-5", "run-4", "run-3", "run-2", "run-1")  # nothing is left of run-5
    found = newest_features(load, States(*names), objects)
    assert found == "s3://artefacts/runs/run-2/features"
    del objects.objects["s3://artefacts/runs/run-2/features/test/part.csv"]
    found = newest_features(load, States(*names), objects)
    assert found == "s3://artefacts/runs/run-1/features"


def test_without_reviews_of_its_own_an_environment_refuses_before_anything_is_paid_for(
    load,
) -> None:
    with pytest.raises(Exception, match=r"promotion\.evaluation: no run here has suc.*bad=1") as no:
        newest_features(load, States("run-1"), Objects(objects_of("artefacts", 1, labels="other")))
    assert type(no.value).__name__ == "NoTestSplit"


def test_a_promoted_model_has_no_features_to_train_with(load) -> None:
    document = json.dumps(run(features="")).encode()
    objects = Objects({"s3://artefacts/runs/run-1/run.json": document})
    with pytest.raises(InvalidInput, match="from_run: 'run-1' has no features"):
        load("prepare", "source_run").inherit(
            objects, load("prepare").ENVIRONMENT, {"from_run": "run-1", "start_at": "training"}
        )
