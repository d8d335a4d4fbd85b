"""The request that registers a model."""

import pytest

from tests.lambdas.runs import SCORES, run


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
        "request": {"InferenceSpecification": {"Containers": [{"ModelDataUrl": "{model_data}"}]}},
    }
    model_package_request = load("register_model").model_package_request
    request = model_package_request(event)
    assert request["ModelApprovalStatus"] == status
    (container,) = request["InferenceSpecification"]["Containers"]
    assert container == {"ModelDataUrl": "s3://a/model.tar.gz"}
    assert request["ModelPackageDescription"] == "accuracy 0.1 is below 0.6"
    properties = request["CustomerMetadataProperties"]
    assert properties["accuracy"] == "0.7"
    assert properties["run"] == "run-1"
    assert properties["code"] == "abc"
    assert model_package_request(event)["ClientToken"] == request["ClientToken"]
    another = model_package_request(event | {"run": run(id="run-2")})
    assert another["ClientToken"] != request["ClientToken"]
