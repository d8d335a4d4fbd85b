"""Bodies of every operation of SageMaker, its runtimes and its scaling."""

import json
from typing import Any

from hypothesis import strategies as st

from localcloud.composition import OPERATIONS
from localcloud.core.cloud import Cloud
from localcloud.http.wire import (
    CONTROL_PLANE,
    QUOTAS,
    RUNTIMES,
    SCALING,
    HttpRequest,
    service_model,
)
from tests.fuzz.cases import fuzz
from tests.fuzz.isolated_cloud import answered
from tests.fuzz.shapes import requests
from tests.fuzz.values import address_texts, deep_json, documents, texts

TARGETS = {
    CONTROL_PLANE: "SageMaker",
    SCALING: "AnyScaleFrontendService",
    QUOTAS: "ServiceQuotasV20190624",
}
KNOWN = sorted(name for service, name in OPERATIONS if service == CONTROL_PLANE)
UNKNOWN = sorted(set(service_model(CONTROL_PLANE).operation_names) - set(KNOWN))
NAMES = st.sampled_from(KNOWN) | st.sampled_from(UNKNOWN)


def _bodies(service: str, name: str) -> st.SearchStrategy[tuple[str, str, Any]]:
    shape = service_model(service).operation_model(name).input_shape
    bodies = requests(shape) if shape else documents
    return st.tuples(st.just(service), st.just(name), bodies)


def _call(cloud: Cloud, target: str, body: bytes) -> None:
    answered(cloud, HttpRequest("POST", "/", {"x-amz-target": target}, {}, body))


@fuzz(
    "SageMaker's operations",
    few=100,
    many=10_000,
    call=(st.sampled_from(KNOWN) | NAMES).flatmap(lambda name: _bodies(CONTROL_PLANE, name)),
)
def test_a_request_is_answered_by_the_rules(cloud: Cloud, call: Any) -> None:
    service, name, body = call
    _call(cloud, f"{TARGETS[service]}.{name}", json.dumps(body).encode())


@fuzz(
    "SageMaker's operations",
    few=30,
    many=2_000,
    call=st.sampled_from(
        sorted(call for call in OPERATIONS if call[0] in (SCALING, QUOTAS))
    ).flatmap(lambda call: _bodies(*call)),
)
def test_a_request_of_another_service_is_answered_by_the_rules(cloud: Cloud, call: Any) -> None:
    service, name, body = call
    _call(cloud, f"{TARGETS[service]}.{name}", json.dumps(body).encode())


RAW = st.binary(max_size=40) | (deep_json | documents.map(json.dumps)).map(str.encode)


@fuzz(
    "SageMaker's operations",
    few=60,
    many=3_000,
    name=NAMES | texts,
    body=RAW,
)
def test_a_body_of_anything_is_answered_by_the_rules(cloud: Cloud, name: str, body: bytes) -> None:
    _call(cloud, f"SageMaker.{name}", body)


PATHS = st.lists(
    st.sampled_from(
        ["FeatureGroup", "fuzz", "BatchGetRecord", "endpoints", "invocations", "..", ""]
    )
    | address_texts,
    max_size=4,
).map(lambda parts: "/" + "/".join(parts))


@fuzz(
    "SageMaker's operations",
    few=60,
    many=3_000,
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "PATCH"]),
    path=PATHS,
    query=st.dictionaries(
        st.sampled_from(["EventTime", "FeatureName", "TargetStores", "MaxResults"]) | address_texts,
        st.lists(address_texts, min_size=1, max_size=2),
        max_size=3,
    ),
    headers=st.dictionaries(
        st.sampled_from(
            ["authorization", "accept", "content-type", "x-amzn-sagemaker-target-model"]
        ),
        texts,
        max_size=2,
    ),
    body=RAW,
)
def test_a_path_of_anything_is_answered_by_the_rules(
    cloud: Cloud,
    method: str,
    path: str,
    query: dict[str, list[str]],
    headers: dict[str, str],
    body: bytes,
) -> None:
    answered(cloud, HttpRequest(method, path, headers, query, body))


def test_every_operation_is_among_those_that_are_asked() -> None:
    services = {service for service, _ in OPERATIONS}
    assert services == {CONTROL_PLANE, SCALING, QUOTAS, *RUNTIMES}
