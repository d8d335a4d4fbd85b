"""A rollback: what Prepare makes of an earlier version, and what later steps make of that run."""

from typing import Any

import pytest

from contract.execution_input import InvalidInput, check_input
from tests.lambdas.registries import IMAGE, Objects, Registry, objects_of
from tests.lambdas.runs import SCORES, run

BUCKET, GROUP = "artefacts", "reviews-dev"
PREFIX = f"s3://{BUCKET}/runs/rollback-1"
ARTEFACT = f"s3://{BUCKET}/runs/run-3/training/job/output/model.tar.gz"


def roll_back(
    load: Any, objects: Objects | None = None, image: str = IMAGE, number: int = 3, **version: Any
) -> dict[str, Any]:
    storage = objects if objects is not None else Objects(objects_of(BUCKET, 3))
    registry = Registry(GROUP, BUCKET, v3=version, v5={})
    found: dict[str, Any] = load("prepare", "rollback").roll_back(
        storage, registry, group=GROUP, number=number, prefix=PREFIX, image=image
    )
    return found


def test_a_rollback_has_the_artefact_the_image_and_the_lineage_of_its_version(load) -> None:
    found = roll_back(load)
    assert found["model_data"] == ARTEFACT
    assert found["image"] == IMAGE
    assert found["code"] == f"s3://{BUCKET}/code/abc"
    assert found["features"] == f"s3://{BUCKET}/runs/run-3/features"
    assert found["rolled_back_to"]["version"] == 3
    assert found["rolled_back_to"]["run"] == "run-3"
    for inherited in ("reviews", "base_model", "columns", "labels", "training"):
        assert found[inherited] == run()[inherited]


def test_a_rollback_to_a_rollback_is_one_to_the_first_version(load) -> None:
    assert roll_back(load, properties={"rollback_to": "1"})["rolled_back_to"]["version"] == 1


def test_its_evaluation_is_that_of_the_version(load) -> None:
    storage = Objects(objects_of(BUCKET, 3))
    roll_back(load, storage)
    assert storage.written == [
        f"{PREFIX}/evaluation/evaluation.json",
        f"{PREFIX}/evaluation/evaluation.html",
    ]
    kept = storage.document(f"s3://{BUCKET}/runs/run-3/evaluation/evaluation.json")
    assert storage.document(f"{PREFIX}/evaluation/evaluation.json") == kept


def test_a_page_that_is_gone_keeps_nobody_from_rolling_back(load) -> None:
    storage = Objects(objects_of(BUCKET, 3))
    del storage.objects[f"s3://{BUCKET}/runs/run-3/evaluation/evaluation.html"]
    assert roll_back(load, storage)["model_data"] == ARTEFACT


def test_a_promoted_version_is_still_that_of_the_other_environment(load) -> None:
    origin = {"environment": "staging", "version": 7}
    storage = Objects(objects_of(BUCKET, 3, promoted_from=origin))
    assert roll_back(load, storage)["promoted_from"] == origin


@pytest.mark.parametrize("status", ["Rejected", "PendingManualApproval"])
def test_only_an_approved_version_is_deployed(load, status: str) -> None:
    with pytest.raises(Exception, match=f"version 3 of reviews-dev is {status}; only an") as raised:
        roll_back(load, status=status)
    assert type(raised.value).__name__ == "NotApproved"


@pytest.mark.parametrize(
    "gone", ["run.json", "evaluation/evaluation.json", "training/job/output/model.tar.gz"]
)
def test_what_is_gone_of_a_version_is_named(load, gone: str) -> None:
    storage = Objects(objects_of(BUCKET, 3))
    del storage.objects[f"s3://{BUCKET}/runs/run-3/{gone}"]
    with pytest.raises(InvalidInput, match=f"version: version 3 .* any more: .*{gone} is gone"):
        roll_back(load, storage)
    assert storage.written == []


def test_unknown_versions_are_named(load) -> None:
    with pytest.raises(InvalidInput, match="version: reviews-dev has no version 4"):
        roll_back(load, number=4)


def test_a_version_that_no_run_has_registered_is_refused(load) -> None:
    with pytest.raises(InvalidInput, match="version 3 of reviews-dev was registered by no run"):
        roll_back(load, properties={"run": ""})


def test_another_tag_of_the_image_is_used_and_another_repository_is_refused(load) -> None:
    repository = IMAGE.rpartition(":")[0]
    assert roll_back(load, image=f"{repository}:2")["image"] == IMAGE
    with pytest.raises(InvalidInput, match=r"set images\.serving to the former, deploy"):
        roll_back(load, image="111111111111.dkr.ecr.us-east-1.amazonaws.com/ray:1")


@pytest.mark.parametrize("version", [None, 0, -1, True, 1.0, "1", [1]])
def test_the_version_is_a_whole_number(version: Any) -> None:
    with pytest.raises(InvalidInput, match=r"version: .* must be the number of a model's version"):
        check_input({"start_at": "rollback", "version": version})


def rolled_back(**changes: Any) -> dict[str, Any]:
    return run(start_at="rollback", image=IMAGE, rolled_back_to={"version": 3}, **changes)


def test_the_gate_passes_what_has_passed_it_before(load, monkeypatch) -> None:
    check = load("check_gate")
    monkeypatch.setattr(check.s3, "read_json", lambda *_: {"accuracy": 0.1, "macro_f1": 0.1})
    rules = {"mode": "enforce", "min_accuracy": 0.6, "min_macro_f1": 0.6, "max_drop": 0.01}
    for start, passes in ((rolled_back(), True), (run(), False)):
        assert check.handler({"run": start, "gate": rules}, None)["passed"] is passes


def test_it_is_registered_and_deployed_with_the_image_of_its_version(load) -> None:
    gate = {"passed": True, "missed": [], "metrics": SCORES}
    container = {"Image": "of the settings", "ModelDataUrl": "{model_data}"}
    event = {
        "run": rolled_back(),
        "gate": gate,
        "needs_approval": False,
        "model_data": ARTEFACT,
        "request": {"InferenceSpecification": {"Containers": [container]}},
    }
    request = load("register_model").model_package_request(event)
    (registered,) = request["InferenceSpecification"]["Containers"]
    assert registered == {"Image": IMAGE, "ModelDataUrl": ARTEFACT}
    assert request["ModelApprovalStatus"] == "Approved"
    assert request["ModelPackageDescription"] == "version 3 again, by a rollback"
    assert request["CustomerMetadataProperties"]["rollback_to"] == "3"
    template = {"ModelName": "{model}", "PrimaryContainer": container}
    values = {"model": "m", "model_data": ARTEFACT}
    model_request = load("deploy_endpoint").model_request
    assert model_request(template, rolled_back(), values)["PrimaryContainer"] == registered
    trained = model_request(template, run(), values)["PrimaryContainer"]
    assert trained["Image"] == "of the settings"


def test_a_rollback_needs_neither_jobs_nor_images_that_are_still_patched(load) -> None:
    account = load("prepare", "account")
    assert account.unused_jobs("rollback", evaluates=True) == ("training job", "processing job")
    assert account.unused_jobs("promotion", evaluates=False) == ("training job", "processing job")
    assert account.unused_jobs("promotion", evaluates=True) == ("training job",)
    assert account.unused_jobs("processing", evaluates=True) == ()
