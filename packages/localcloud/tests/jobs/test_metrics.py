from typing import Any

import pytest

from localcloud.core.errors import ValidationException
from localcloud.jobs.metrics import MetricScanner, check_definitions

DEFINITIONS = [
    {"Name": "train:loss", "Regex": r"train:loss=([0-9.eE+-]+)"},
    {"Name": "accuracy", "Regex": r"accuracy=([0-9.]+|nan)"},
]


class CloudWatch:
    def __init__(self) -> None:
        self.data: list[dict[str, Any]] = []

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, Any]]) -> None:
        assert Namespace == "/aws/sagemaker/TrainingJobs"
        self.data += MetricData


def test_the_last_value_is_final_and_every_value_is_published() -> None:
    cloudwatch = CloudWatch()
    scanner = MetricScanner(DEFINITIONS, cloudwatch, "job")
    for line in ("train:loss=0.9 accuracy=0.5", "nothing", "train:loss=1e-1"):
        scanner.scan(line)
    scanner.publish()
    final = {entry["MetricName"]: entry["Value"] for entry in scanner.final}
    assert final == {"train:loss": 0.1, "accuracy": 0.5}
    assert [entry["Value"] for entry in cloudwatch.data] == [0.9, 0.5, 0.1]
    assert cloudwatch.data[0]["Dimensions"] == [{"Name": "TrainingJobName", "Value": "job"}]


def test_not_a_number_is_no_metric() -> None:
    scanner = MetricScanner(DEFINITIONS, CloudWatch(), "job")
    scanner.scan("accuracy=nan train:loss=e")
    assert scanner.final == []


@pytest.mark.parametrize(("regex", "complaint"), [("loss=[", "Invalid regex"), ("loss", "group")])
def test_a_useless_regex_is_refused(regex: str, complaint: str) -> None:
    with pytest.raises(ValidationException, match=complaint):
        check_definitions([{"Name": "loss", "Regex": regex}])
