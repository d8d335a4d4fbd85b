"""How requests find SageMaker, its scaling and its quotas in ministack."""

import json
from urllib.request import Request, urlopen

import pytest

from localcloud.server import LocalCloud


@pytest.mark.parametrize(
    ("target", "request_of", "member"),
    [
        ("SageMaker.ListModels", {}, "Models"),
        (
            "AnyScaleFrontendService.DescribeScalableTargets",
            {"ServiceNamespace": "sagemaker"},
            "ScalableTargets",
        ),
        (
            "ServiceQuotasV20190624.ListServiceQuotas",
            {"ServiceCode": "sagemaker"},
            "Quotas",
        ),
    ],
)
def test_a_request_without_a_signature_is_routed_by_its_target(
    cloud: LocalCloud, target: str, request_of: dict[str, str], member: str
) -> None:
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    body = json.dumps(request_of).encode()
    with urlopen(Request(cloud.endpoint_url, body, headers), timeout=30) as response:
        assert member in json.load(response)
