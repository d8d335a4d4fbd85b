"""What a promotion copies, through the function."""

import hashlib
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.lambdas.registries import EVALUATION, Objects, denied, objects_of
from tests.lambdas.runs import run

BUCKET, PREFIX = "theirs", "s3://artefacts/runs/run-1"
ARTEFACT = b"the artefact"
SHA256 = hashlib.sha256(ARTEFACT).hexdigest()
TARGET = f"{PREFIX}/training/promoted/output/model.tar.gz"


def promoted(features: str = "", **changes: Any) -> dict[str, Any]:
    found = {
        "environment": "staging",
        "role": "arn:aws:iam::111111111111:role/reviews-staging-promotion",
        "region": "eu-west-1",
        "run": "run-7",
        "prefix": f"s3://{BUCKET}/runs/run-7",
        "version": 7,
        "package": "arn:7",
        "code": f"s3://{BUCKET}/code/abc",
        "model_data": f"s3://{BUCKET}/runs/run-7/training/job/output/model.tar.gz",
        "sha256": "",
        "etag": '"1"',
        "bytes": len(ARTEFACT),
        **changes,
    }
    return run(start_at="promotion", features=features, model_data=TARGET, promoted_from=found)


def copy(load: Any, document: dict[str, Any], theirs: Objects, ours: Objects) -> dict[str, Any]:
    handler = load("copy_model")
    source = handler.Source(name="staging", role="r", region="eu-west-1", s3=theirs, sagemaker=None)
    found: dict[str, Any] = handler.copy_model(ours, source, document)
    return found


@pytest.fixture
def theirs() -> Objects:
    return Objects(objects_of(BUCKET, 7))


def test_the_artefact_the_code_and_the_evaluation_arrive(load, theirs: Objects) -> None:
    ours = Objects()
    copied = copy(load, promoted(), theirs, ours)
    assert copied["promoted_from"]["sha256"] == SHA256
    assert ours.objects[TARGET] == ARTEFACT
    assert ours.document(f"{PREFIX}/evaluation/evaluation.json") == EVALUATION
    assert ours.document(f"{PREFIX}/source/run.json")["id"] == "run-7"
    assert ours.document(f"{PREFIX}/source/evaluation/evaluation.json") == EVALUATION
    assert f"{PREFIX}/run.json" not in ours.objects  # that of the other run does not replace it
    code = "s3://artefacts/code/abc"
    assert ours.objects[f"{code}/source/contract/names.py"] == b"names"
    # The archive comes last, since Prepare takes it for the sign that all files are there.
    copied_code = [uri for uri in ours.written if uri.startswith(code)]
    assert copied_code[-1] == f"{code}/sourcedir.tar.gz"
    assert theirs.written == []


def test_an_evaluation_here_is_not_replaced_by_the_other(load, theirs: Objects) -> None:
    ours = Objects()
    copy(load, promoted(features="s3://artefacts/runs/run-0/features"), theirs, ours)
    assert ours.document(f"{PREFIX}/source/evaluation/evaluation.json") == EVALUATION
    assert f"{PREFIX}/evaluation/evaluation.json" not in ours.objects


def test_code_that_is_there_already_is_not_copied(load, theirs: Objects) -> None:
    ours = Objects({"s3://artefacts/code/abc/sourcedir.tar.gz": b"both"})
    copy(load, promoted(), theirs, ours)
    assert not [uri for uri in ours.written if "/code/" in uri]


def test_a_repeated_copy_gives_the_same(load, theirs: Objects) -> None:
    ours = Objects()
    first = copy(load, promoted(), theirs, ours)
    before = dict(ours.objects)
    assert copy(load, promoted(), theirs, ours) == first
    assert ours.objects == before


def test_a_copy_that_ends_anywhere_is_made_good_by_the_next_one(
    load, monkeypatch, theirs: Objects
) -> None:
    """Whatever it has written when it is stopped: in the same execution, and in another one."""
    whole = Objects()
    copy(load, promoted(), theirs, whole)
    for written in range(len(whole.written)):
        ours = Objects()
        put = ours.put_object

        def end(ours: Objects = ours, put: Any = put, most: int = written, **given: Any) -> None:
            if len(ours.written) == most:
                raise denied("PutObject", "RequestCanceled")
            put(**given)

        with monkeypatch.context() as patches:
            patches.setattr(ours, "put_object", end)
            with pytest.raises(ClientError, match="RequestCanceled"):
                copy(load, promoted(), theirs, ours)
        assert len(ours.written) == written
        copy(load, promoted(), theirs, ours)
        assert ours.objects == whole.objects


def test_an_artefact_that_was_written_anew_is_refused(load, theirs: Objects) -> None:
    theirs.etag = '"2"'
    with pytest.raises(Exception, match=r"model\.tar\.gz was written anew after its approval"):
        copy(load, promoted(), theirs, Objects())


def test_an_artefact_that_was_promoted_with_another_digest_is_refused(
    load, theirs: Objects
) -> None:
    assert copy(load, promoted(sha256=SHA256), theirs, Objects())["promoted_from"]["sha256"]
    with pytest.raises(Exception, match=f"has the SHA-256 {SHA256}, and came to staging with an"):
        copy(load, promoted(sha256="0a"), theirs, Objects())


def test_an_artefact_of_another_size_is_refused(load, theirs: Objects) -> None:
    with pytest.raises(Exception, match=f"has {len(ARTEFACT)} bytes and not 5"):
        copy(load, promoted(bytes=5), theirs, Objects())


def test_an_environment_that_is_destroyed_meanwhile_says_so(load, monkeypatch, theirs) -> None:
    def gone(**_: str) -> None:
        raise denied("GetObject", "NoSuchBucket", 404)

    monkeypatch.setattr(theirs, "get_object", gone)
    with pytest.raises(Exception, match=r"staging cannot be read as r: .*NoSuchBucket") as raised:
        copy(load, promoted(), theirs, Objects())
    assert type(raised.value).__name__ == "SourceUnavailable"


def test_an_error_of_this_environment_is_not_one_of_the_other(load, monkeypatch, theirs) -> None:
    ours = Objects()
    monkeypatch.setattr(ours, "put_object", lambda **_: _refuse("PutObject"))
    with pytest.raises(ClientError, match="PutObject"):
        copy(load, promoted(), theirs, ours)


def _refuse(operation: str) -> None:
    raise denied(operation)


def test_the_run_is_kept_with_its_digest(load, monkeypatch, theirs: Objects) -> None:
    handler, ours = load("copy_model"), Objects()
    source = handler.Source(name="staging", role="r", region="eu-west-1", s3=theirs, sagemaker=None)
    opened: list[dict[str, Any]] = []
    monkeypatch.setattr(handler, "S3", ours)
    monkeypatch.setattr(
        handler.Source, "open", lambda _sts, **asked: opened.append(asked) or source
    )
    copied = handler.handler({"run": promoted()}, None)
    assert json.loads(ours.objects[f"{PREFIX}/run.json"]) == copied
    assert [asked["session"] for asked in opened] == ["run-1"]
    assert copied["promoted_from"]["sha256"] == SHA256


def test_a_promoted_model_is_registered_with_its_origin(load) -> None:
    register = load("register_model")
    document = promoted(sha256=SHA256)
    gate = {"passed": True, "missed": [], "metrics": {"accuracy": 0.7, "macro_f1": 0.69}}
    properties = register.properties(document, gate)
    assert properties["from_environment"] == "staging"
    assert properties["from_run"] == "run-7"
    assert properties["from_version"] == "7"
    assert properties["sha256"] == SHA256
    assert properties["code"] == "abc"
    assert "features" not in properties  # a value has at least one character
    assert register.description(document, gate) == "passed the gate; version 7 of staging"


def test_a_person_is_told_where_the_model_comes_from(load) -> None:
    origin = load("ask_approval").origin
    assert origin(promoted()) == (
        "Run run-1 promotes version 7 of staging (run run-7), trained from s3://data/reviews.csv"
    )


def test_a_promoted_model_is_evaluated_from_texts(load) -> None:
    template = {
        "Uri": "{model_data}",
        "ProcessingInputs": [],
        "AppSpecification": {"ContainerArguments": ["--model=x"]},
    }
    event = {"run": promoted(), "request": template, "model_data": TARGET, "attempt": 1}
    request = load("start_evaluation").processing_job_request(event, "")
    assert request["AppSpecification"]["ContainerArguments"] == ["--model=x", "--from-texts"]
