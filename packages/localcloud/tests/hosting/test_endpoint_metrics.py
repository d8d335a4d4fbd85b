from types import SimpleNamespace
from typing import Any

from localcloud.hosting.endpoint_metrics import EndpointMetrics, Invocation, metric_data


def invocation(status: int = 200, **changes: Any) -> Invocation:
    values: dict[str, Any] = {
        "endpoint": "e",
        "variant": "v",
        "instances": 4,
        "model_seconds": 0.25,
        "overhead_seconds": 0.001,
    }
    return Invocation(status=status, **values | changes)


def sums(*invocations: Invocation) -> dict[str, tuple[float, int]]:
    """Sum and sample count by metric."""
    return {
        datum["MetricName"]: (
            sum(v * n for v, n in zip(datum["Values"], datum["Counts"], strict=True)),
            sum(datum["Counts"]),
        )
        for datum in metric_data(invocations, now=0)
    }


def test_every_invocation_counts_in_every_metric() -> None:
    assert sums(invocation(), invocation(415), invocation(500), invocation(0)) == {
        "Invocations": (4, 4),
        "InvocationsPerInstance": (1, 4),
        "Invocation4XXErrors": (1, 4),
        "Invocation5XXErrors": (2, 4),
        "ModelLatency": (1_000_000, 4),
        "OverheadLatency": (4_000, 4),
    }


def test_a_serverless_variant_has_no_instances_to_share() -> None:
    assert "InvocationsPerInstance" not in sums(invocation(instances=0))


def test_values_beyond_the_size_of_a_datum_go_into_another() -> None:
    many = [invocation(model_seconds=seconds / 1000) for seconds in range(200)]
    data = [d for d in metric_data(many, now=0) if d["MetricName"] == "ModelLatency"]
    assert [len(datum["Values"]) for datum in data] == [150, 50]
    assert {datum["Unit"] for datum in data} == {"Microseconds"}
    assert data[0]["Dimensions"] == [
        {"Name": "EndpointName", "Value": "e"},
        {"Name": "VariantName", "Value": "v"},
    ]


def test_what_is_left_is_sent_on_close_and_a_failure_ends_nothing() -> None:
    sent: list[dict[str, Any]] = []

    def put_metric_data(*, Namespace: str, MetricData: list[dict[str, Any]]) -> None:
        assert Namespace == "AWS/SageMaker"
        sent.extend(MetricData)
        raise RuntimeError("no CloudWatch")

    cloud: Any = SimpleNamespace(client=lambda _: SimpleNamespace(put_metric_data=put_metric_data))
    metrics = EndpointMetrics(cloud)
    metrics.add(invocation())
    metrics.close()
    assert {datum["MetricName"] for datum in sent} >= {"Invocations", "ModelLatency"}
