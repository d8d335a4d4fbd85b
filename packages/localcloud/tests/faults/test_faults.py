"""Faults themselves: what can be set, which operation a request asks for, which calls are hit."""

import json
from pathlib import Path
from typing import Any

import pytest

from localcloud.composition import OPERATIONS
from localcloud.faults import registry
from localcloud.faults.calls import check_call, operation_of
from localcloud.faults.fault import OFFLINE_STORE, Fault, FaultError
from localcloud.faults.registry import Faults
from localcloud.faults.responses import error_of
from localcloud.http.wire import HttpRequest
from worlds.wire_client import new_cloud

GET = "s3:GetObject"


def fault(kind: str = "error", call: str = GET, **options: Any) -> Fault:
    return Fault.parse({"kind": kind, "call": call, **options})


def hits(faults: Faults, texts: list[str], call: str = GET) -> list[str]:
    return [text for text in texts if faults.trigger(("error",), call, text)]


# -- what can be set -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"kind": "deny"}, "Unknown fault 'deny'; there are: throttle, error, lost, slow,"),
        ({"color": 1}, "Unknown option 'color'; there are: kind, call, times, matching, share,"),
        ({"times": 0}, "times must be a whole number of at least 1, not 0"),
        ({"after": 1.5}, "after must be a whole number of at least 0, not 1.5"),
        ({"share": 30}, "share must be more than 0 and at most 1, not 30"),
        ({"status": 404}, "status must be one of (500, 503), not 404"),
        ({"seconds": 1}, "A fault of kind error has no option 'seconds'"),
        ({"kind": "slow"}, "A fault of kind slow needs the option 'seconds'"),
        ({"kind": "slow", "seconds": -1}, "seconds must be from 0 to 86400, not -1"),
        (
            {"kind": "interrupt", "times": 2},
            "A fault of kind interrupt happens at once, without options",
        ),
    ],
)
def test_what_is_no_fault_is_refused(wish: dict[str, Any], message: str) -> None:
    with pytest.raises(FaultError) as refused:
        Fault.parse({"kind": "error", "call": GET} | wish)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("kind", "call", "message"),
    [
        ("throttle", "sagmaker:X", "Unknown service 'sagmaker'; allowed are: application-auto"),
        ("throttle", "s3:PutObjct", "Unknown operation 'PutObjct' of s3; allowed are: Abort"),
        ("capacity", GET, "No capacity for 's3:GetObject'; allowed are: sagemaker:CreateEndpoint,"),
        ("error", OFFLINE_STORE, "Unknown service 'featurestore'; allowed are: application-auto"),
    ],
)
def test_a_call_that_does_not_exist_is_refused(kind: str, call: str, message: str) -> None:
    with pytest.raises(FaultError) as refused:
        check_call(fault(kind, call), OPERATIONS)
    assert str(refused.value).startswith(message)


def test_one_call_is_hit_unless_a_number_or_a_share_is_given() -> None:
    assert str(fault()) == "error s3:GetObject, once"
    assert str(fault(times=3, after=2)) == "error s3:GetObject, 3 times, after=2"
    assert str(fault(share=0.3, seed=7)) == "error s3:GetObject, without end, share=0.3 seed=7"


# -- which operation -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "line", "query", "call"),
    [
        ("s3", "PUT /b/folder/key", {}, "s3:PutObject"),
        ("s3", "PUT /b/key", {"partNumber": ["1"], "uploadId": ["u"]}, "s3:UploadPart"),
        ("s3", "POST /b/key", {"uploads": [""]}, "s3:CreateMultipartUpload"),
        ("s3", "POST /b/key", {"uploadId": ["u"]}, "s3:CompleteMultipartUpload"),
        ("s3", "GET /b", {"list-type": ["2"], "prefix": ["x"]}, "s3:ListObjectsV2"),
        ("s3", "GET /b", {"list-type": "2"}, "s3:ListObjectsV2"),
        ("s3", "GET /b/", {}, "s3:ListObjects"),
        ("s3", "GET /", {}, "s3:ListBuckets"),
        ("s3", "HEAD /b/key", {}, "s3:HeadObject"),
        ("s3", "GET /b/key", {"tagging": [""]}, "s3:GetObjectTagging"),
        ("lambda", "POST /2015-03-31/functions/one/invocations", {}, "lambda:Invoke"),
        ("lambda", "GET /2015-03-31/functions/one", {}, "lambda:GetFunction"),
        ("sagemaker", "POST /endpoints/served/invocations", {}, "sagemaker:InvokeEndpoint"),
        ("sagemaker", "PUT /FeatureGroup/reviews", {}, "sagemaker:PutRecord"),
        ("sagemaker", "PUT /nothing", {}, None),
    ],
)
def test_a_rest_request_is_told_by_all_that_its_operation_asks_for(
    prefix: str, line: str, query: dict[str, Any], call: str | None
) -> None:
    method, _, path = line.partition(" ")
    assert operation_of(prefix, HttpRequest(method, path, {}, query, b"")) == call


def test_a_copy_is_told_by_its_source() -> None:
    request = HttpRequest("PUT", "/b/key", {"x-amz-copy-source": "b/other"}, {}, b"")
    assert operation_of("s3", request) == "s3:CopyObject"


@pytest.mark.parametrize(
    ("prefix", "path", "headers", "body", "call"),
    [
        ("states", "/", {"x-amz-target": "AWSStepFunctions.Start"}, b"{}", "states:Start"),
        (
            "sns",
            "/",
            {"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
            b"Action=Publish&Message=x",
            "sns:Publish",
        ),
        (
            "cloudwatch",
            "/service/GraniteServiceVersion20100801/operation/PutMetricData",
            {"smithy-protocol": "rpc-v2-cbor"},
            b"",
            "cloudwatch:PutMetricData",
        ),
    ],
)
def test_other_protocols_name_their_operation(
    prefix: str, path: str, headers: dict[str, str], body: bytes, call: str
) -> None:
    assert operation_of(prefix, HttpRequest("POST", path, headers, {}, body)) == call


# -- which calls are hit -------------------------------------------------------------------------


def test_only_matching_calls_count_and_the_first_ones_go_well(tmp_path: Path) -> None:
    faults = Faults(new_cloud(tmp_path))
    faults.add(fault(times=2, after=1, matching="run-1"))
    texts = ["run-1 a", "run-2 b", "run-1 c", "run-1 d", "run-1 e"]
    assert hits(faults, texts) == ["run-1 c", "run-1 d"]
    assert hits(faults, texts, "s3:PutObject") == []
    (shown,) = faults.list()
    assert (shown["number"], shown["seen"], shown["injected"]) == (1, 3, 2)


def test_a_share_hits_the_same_calls_with_the_same_seed(tmp_path: Path) -> None:
    texts = [str(number) for number in range(1000)]
    chosen = []
    for _ in range(2):
        faults = Faults(new_cloud(tmp_path))
        faults.add(fault(share=0.3, seed=7))
        chosen.append(hits(faults, texts))
    assert chosen[0] == chosen[1]
    assert 250 < len(chosen[0]) < 350


def test_faults_are_spent_one_after_the_other_and_all_is_written_down(tmp_path: Path) -> None:
    faults = Faults(new_cloud(tmp_path))
    assert not faults.any
    faults.add(fault())
    faults.add(fault("throttle"))
    both = ("error", "throttle")
    taken = [faults.trigger(both, GET, text) for text in ("a", "b", "c")]
    assert [one and one.kind for one in taken] == ["error", "throttle", None]
    assert not faults.may_hit(GET)
    logged = [(line["fault"], line["kind"], line["call"], line["request"]) for line in read(faults)]
    assert logged == [(1, "error", GET, "a"), (2, "throttle", GET, "b")]
    faults.clear()
    assert (faults.any, faults.list()) == (False, [])
    assert len(read(faults)) == 2


def read(faults: Faults) -> list[dict[str, Any]]:
    return registry.read(faults._log.parent)


def test_the_offline_store_is_held_until_the_faults_are_cleared(tmp_path: Path) -> None:
    faults = Faults(new_cloud(tmp_path))
    assert not faults.is_delayed(OFFLINE_STORE, "group")
    faults.add(fault("slow", OFFLINE_STORE, seconds=60))
    assert faults.is_delayed(OFFLINE_STORE, "group")
    assert faults.is_delayed(OFFLINE_STORE, "group")
    assert not faults.is_delayed(OFFLINE_STORE, "another")
    faults.clear()
    assert not faults.is_delayed(OFFLINE_STORE, "group")


def test_a_hold_ends_by_itself(tmp_path: Path) -> None:
    faults = Faults(new_cloud(tmp_path))
    faults.add(fault("slow", OFFLINE_STORE, seconds=0))
    assert not faults.is_delayed(OFFLINE_STORE, "group")
    assert json.loads((tmp_path / registry.LOG).read_text())["request"] == "group"


# -- what AWS answers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "options", "code", "status"),
    [
        ("s3:PutObject", {}, "InternalError", 500),
        ("s3:PutObject", {"status": 503}, "ServiceUnavailable", 503),
        ("sagemaker:PutRecord", {"status": 503}, "ServiceUnavailable", 503),
        ("sagemaker:CreateTrainingJob", {}, "InternalFailure", 500),
        ("athena:StartQueryExecution", {}, "InternalServerException", 500),
        ("athena:StartQueryExecution", {"status": 503}, "ServiceUnavailable", 503),
        ("glue:GetTable", {}, "InternalServiceException", 500),
        ("lambda:Invoke", {}, "ServiceException", 500),
        ("sns:Publish", {}, "InternalError", 500),
        ("cloudwatch:PutMetricData", {}, "InternalServiceError", 500),
        ("kms:Decrypt", {}, "KMSInternalException", 500),
    ],
)
def test_an_error_has_the_name_that_the_operation_has_for_it(
    call: str, options: dict[str, Any], code: str, status: int
) -> None:
    failed = error_of(fault("error", call, **options))
    assert (failed.code, failed.status) == (code, status)
