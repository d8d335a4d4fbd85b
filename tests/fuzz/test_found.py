"""What made-up inputs have brought to light: each was a traceback, or worse."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from common.rated_labels import parse
from contract.execution_input import InvalidInput, check_input
from localcloud.core.cloud import Cloud
from localcloud.core.s3 import TransferError
from localcloud.faults.fault import Fault, FaultError
from localcloud.http.wire import HttpRequest
from localcloud.jobs.transfer import Source, extract
from reading.errors import UserError
from reviews.client.errors import InvalidArgument
from reviews.client.runs.run_input import parse_fields
from serving.errors import RequestError
from serving.request_parsing import parse_request
from tests.fuzz.functions import Load, functions
from tests.fuzz.isolated_cloud import answered
from tests.fuzz.test_functions import LABELS, Model
from tests.fuzz.test_transfer import Objects, packed
from tests.lambdas.runs import run

DEEP = "[" * 100_000


@pytest.fixture
def load() -> Iterator[Load]:
    with functions() as loaded:
        yield loaded


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("bad=0..99999999999/good=5", "from 0 to 99999999999 are more than 127 numbers"),
        ("bad=0/good=" + "9" * 30, f"from 0 to {'9' * 30} are more than 127 numbers"),
        ("bad=5..1/good=7", "from 5 to 1 is no number"),
        (f"bad:{'1' * 5000}/good:1", "Exceeds the limit"),
    ],
)
def test_a_scale_that_fits_into_no_memory_is_refused(argument: str, reason: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(argument)
    assert str(caught.value).startswith(f"--labels {argument!r}: {reason}")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (DEEP, "the body is not JSON: maximum recursion depth exceeded"),
        ('{"features": "\\ud800"}', "item 1: features must be Unicode, without lone surrogates"),
    ],
)
def test_an_endpoint_refuses_what_no_tokenizer_reads(body: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_request(body.encode(), "application/json")
    assert caught.value.status_code == 400
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    "manifest", [DEEP, '[{"prefix": 1}, "a"]', "[1]", '[{"prefix": "s3://b/"}, "\\ud800"]']
)
def test_a_manifest_of_another_form_is_refused(tmp_path: Path, manifest: str) -> None:
    source = Source("s3://bucket/manifest", data_type="ManifestFile")
    with pytest.raises(TransferError, match="manifest s3://bucket/manifest must be"):
        source.download(Objects(manifest.encode()), tmp_path)


@pytest.mark.parametrize("target", ["nothing", "link", "a\0b"])
def test_an_archive_with_a_hard_link_to_no_file_is_refused(tmp_path: Path, target: str) -> None:
    content = packed([("link", tarfile.LNKTYPE, target, 0o644)], "w:gz")
    (tmp_path / "model.tar.gz").write_bytes(content)
    with pytest.raises(TransferError, match=r"cannot extract model\.tar\.gz: "):
        extract(tmp_path / "model.tar.gz", tmp_path / "inside")


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (None, "A fault is a JSON object"),
        ({"kind": [], "call": "s3:PutObject"}, "Unknown fault []"),
        ({"kind": "lost", "call": 1}, "call must be a text, not 1"),
        ({"kind": "lost", "call": "s3:PutObject", "share": "a"}, "share must be more than 0"),
        ({"kind": "slow", "call": "s3:PutObject", "seconds": 1e300}, "seconds must be from 0 to"),
    ],
)
def test_a_wish_of_another_type_is_no_fault(wish: Any, message: str) -> None:
    with pytest.raises(FaultError) as caught:
        Fault.parse(wish)
    assert str(caught.value).startswith(message)


def test_a_setting_that_goes_deep_is_no_number() -> None:
    with pytest.raises(InvalidArgument, match="must be a whole number"):
        parse_fields([f"training.epochs={DEEP}"])


@pytest.mark.parametrize(
    ("operation", "body", "code", "message"),
    [
        ("AddTags", DEEP, "SerializationException", "The body is nested too deeply"),
        (
            "AddTags",
            '{"ResourceArn": "\\ud800", "Tags": []}',
            "SerializationException",
            "The body is not Unicode: 'utf-8' codec can't encode character",
        ),
        (
            "ListEndpointConfigs",
            '{"CreationTimeAfter": 1e18}',
            "SerializationException",
            "1e+18 is not a timestamp",
        ),
        (
            "DescribeModelPackage",
            '{"ModelPackageName": "arn:aws:sagemaker:us-east-1:000000000000:'
            'model-package-group/fuzz"}',
            "ValidationException",
            "ModelPackage arn:aws:sagemaker:us-east-1:000000000000:model-package/",
        ),
        (
            "UpdateFeatureGroup",
            '{"FeatureGroupName": "fuzz", "FeatureAdditions": '
            '[{"FeatureName": "more", "FeatureType": "String"}]}',
            "ValidationException",
            "The table of FeatureGroup fuzz: ",
        ),
        (
            "Search",
            '{"Resource": "FeatureGroup", "SearchExpression": {"Filters": [{"Name": '
            '"OnlineStoreConfig", "Operator": "LessThan", "Value": "1"}]}}',
            "ValidationException",
            "LessThan is not supported for OnlineStoreConfig, which is an object",
        ),
    ],
)
def test_an_operation_refuses_it(
    cloud: Cloud, operation: str, body: str, code: str, message: str
) -> None:
    headers = {"x-amz-target": f"SageMaker.{operation}"}
    answer = json.loads(answered(cloud, HttpRequest("POST", "/", headers, {}, body.encode())).body)
    assert answer["__type"] == code
    assert answer["message"].startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": {"text": "a" * 241}}, "columns.text: "),
        ({"columns": {"rating": "a\nb"}}, "columns.rating: "),
        ({"base_model": "a\u2028b"}, "base_model: "),
        ({"reviews": f"s3://b/{'a' * 1024}"}, "reviews: "),
        ({"base_model": "\ud800"}, "input: not Unicode: "),
    ],
)
def test_an_input_that_makes_no_request_is_refused_at_once(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_input({"reviews": "s3://data/reviews.csv", **change})
    assert str(caught.value).startswith(message)


def test_reviews_in_a_bucket_that_cannot_be_are_refused(load: Load) -> None:
    rules = load("prepare", "reviews_file")
    with pytest.raises(InvalidInput, match="reviews: s3://a b/c cannot be read"):
        rules.check_object(boto3.client("s3"), "s3://a b/c")


def test_the_registry_keeps_the_names_of_files_that_it_does_not_take(load: Load) -> None:
    properties = load("register_model").properties
    kept = properties(run(reviews="s3://data/reviews (1).csv"), {"metrics": {}})
    assert kept["reviews"] == "s3://data/reviews _1_.csv"


@pytest.mark.parametrize(
    "line", ["1", DEEP, '{"label": [], "probabilities": {"bad": 1, "good": 0}}', '{"label": 1}']
)
def test_an_answer_that_is_no_prediction_fails_the_smoke_test(load: Load, line: str) -> None:
    smoke_test = load("smoke_test")
    answer = "\n".join([line] * 3).encode()
    with pytest.raises(smoke_test.SmokeTestFailed, match="is no prediction"):
        smoke_test.predict(Model(answer), "reviews", LABELS)


def test_probabilities_that_are_no_numbers_fail_the_smoke_test(load: Load) -> None:
    smoke_test = load("smoke_test")
    line = '{"label": "bad", "probabilities": {"bad": NaN, "good": 1}}'
    with pytest.raises(smoke_test.SmokeTestFailed, match="the probabilities add up to nan"):
        smoke_test.predict(Model("\n".join([line] * 3).encode()), "reviews", LABELS)
