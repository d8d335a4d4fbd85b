"""An endpoint whose requests and deployments are known."""

from datetime import datetime, timedelta
from typing import Any

from tests.reviews.worlds.endpoint_world import NOW, EndpointWorld

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:reviews-dev:first"


class IdleWorld(EndpointWorld):
    """Deployed a week ago; `asked` are the requests: variant → when and how many."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = NOW - timedelta(days=7)
        self.stopped_at = NOW
        self.variants = {"ProductionVariants": ["AllTraffic"]}
        self.asked: dict[str, list[tuple[datetime, int]]] = {}
        self.executions: dict[str, str] = {}
        self.refused: set[str] = set()

    def deploy(self, *arguments: Any, **options: Any) -> None:
        super().deploy(*arguments, **options)
        self.tags = [*self.tags, {"Key": "reviews:execution", "Value": EXECUTION}]

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        named = {
            kind: [{"VariantName": name} for name in names] for kind, names in self.variants.items()
        }
        times = {"CreationTime": self.changed, "LastModifiedTime": self.changed}
        return super().describe_endpoint(EndpointName) | times | named

    def list_tags(self, ResourceArn: str, MaxResults: int = 50) -> dict[str, Any]:
        return super().list_tags(ResourceArn)

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        return super().get_object(Bucket, Key) | {"LastModified": self.stopped_at}

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        return {
            "executionArn": executionArn,
            "stateMachineArn": "arn:machine",
            "status": self.executions.get(executionArn, "SUCCEEDED"),
            "startDate": self.changed,
        }

    def get_metric_statistics(self, **request: Any) -> dict[str, Any]:
        assert (request["Namespace"], request["MetricName"]) == ("AWS/SageMaker", "Invocations")
        period = timedelta(seconds=request["Period"])
        assert period % timedelta(minutes=1) == timedelta(0)
        assert (request["EndTime"] - request["StartTime"]) / period < 1440
        dimensions = {item["Name"]: item["Value"] for item in request["Dimensions"]}
        assert dimensions["EndpointName"] == "reviews-dev"
        return {
            "Datapoints": [
                {"Timestamp": at, "Sum": float(count)}
                for at, count in self.asked.get(dimensions["VariantName"], [])
                if request["StartTime"] <= at < request["EndTime"]
            ]
        }

    def clients(self, handler: Any, monkeypatch: Any) -> None:
        """Gives a function's module the clients of this world."""
        services = {
            "SAGEMAKER": "sagemaker",
            "SCALING": "application-autoscaling",
            "CLOUDWATCH": "cloudwatch",
            "STATES": "stepfunctions",
            "S3": "s3",
        }
        for name, service in services.items():
            monkeypatch.setattr(handler, name, self.client(service), raising=False)
