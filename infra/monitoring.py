"""The alarms and the dashboard of one environment."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from contract.names import VARIANT, endpoint_log_group, metric_namespace
from contract.steps import JobKind
from infra.alarms import add_alarm
from infra.log_groups import log_group
from infra.settings import Settings
from infra.storage import Storage

_MINUTE, _HOUR = Duration.minutes(1), Duration.hours(1)
_FEWEST_PREDICTIONS = 100  # in an hour, for the shares of the classes to be meaningful
_MICROSECONDS = 1000  # in a millisecond
_CLASSES_AN_ALARM = 9  # metric math takes ten metrics in an alarm: the tenth is the total


class Monitoring(Construct):
    """`rollback_alarms` are the names of the alarms that roll an update of the endpoint back."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        storage: Storage,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        self._settings, self._topic = settings, topic
        self._endpoint_logs = log_group(
            self,
            "EndpointLogs",
            settings=settings,
            key=storage.key,
            name=endpoint_log_group(settings.name),
        )
        classes = settings.labels.names
        # ml_code/serving/review_model.py prints this line for every request; the image prefixes it.
        pattern = f'[..., word="predicted", total, {", ".join(map(_field, classes))}]'
        self._total = self._count("Predictions", pattern, "total")
        self._predicted = [
            self._count(f"Predicted{name.capitalize()}", pattern, _field(name)).with_(label=name)
            for name in classes
        ]
        self.rollback_alarms = self._endpoint_alarms(settings.endpoint.max_latency_ms)
        self._class_alarms(settings.endpoint.max_class_share)

    def _endpoint_alarms(self, limit_ms: int) -> list[str]:
        return [
            self._alarm(
                "EndpointErrors",
                self._endpoint_metric("Invocation5XXErrors", "Sum", _MINUTE),
                threshold=0,
                description="The endpoint answers with 5xx.",
            ),
            self._alarm(
                "EndpointLatency",
                self._endpoint_metric("ModelLatency", "p99", _MINUTE),
                threshold=limit_ms * _MICROSECONDS,
                periods=3,
                description=f"One response in a hundred takes longer than {limit_ms} ms.",
            ),
        ]

    def _class_alarms(self, max_share: float) -> None:
        for first in range(0, len(self._predicted), _CLASSES_AN_ALARM):
            self._alarm(
                f"PredictedClasses{first // _CLASSES_AN_ALARM + 1 if first else ''}",
                self._largest_share(self._predicted[first : first + _CLASSES_AN_ALARM]),
                threshold=max_share,
                description="One class is predicted far more often than all others.",
            )

    def add_state_machine(self, machine: sfn.IStateMachine) -> None:
        """Adds the alarm for executions, and the dashboard."""
        failed = machine.metric_failed(period=_MINUTE, statistic="Sum")
        self._alarm("Executions", failed, threshold=0, description="An execution failed.")
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=self._settings.name,
            widgets=[
                [self._executions(machine), self._durations()],
                [self._invocations(), self._latency(), self._predicted_classes()],
            ],
        )

    # -- alarms --------------------------------------------------------------------------------

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        *,
        threshold: float,
        description: str,
        periods: int = 1,
    ) -> str:
        return add_alarm(
            self,
            name,
            metric,
            settings=self._settings,
            topic=self._topic,
            description=description,
            threshold=threshold,
            periods=periods,
        )

    # -- metrics -------------------------------------------------------------------------------

    def _endpoint_metric(self, name: str, statistic: str, period: Duration) -> cloudwatch.Metric:
        dimensions = {"EndpointName": self._settings.name, "VariantName": VARIANT}
        return cloudwatch.Metric(
            namespace="AWS/SageMaker",
            metric_name=name,
            dimensions_map=dimensions,
            statistic=statistic,
            period=period,
        )

    def _count(self, name: str, pattern: str, field: str) -> cloudwatch.Metric:
        """A metric of predictions, by a metric filter on a field of the endpoint's log."""
        namespace = metric_namespace(self._settings.name)
        self._endpoint_logs.add_metric_filter(
            name,
            filter_pattern=logs.FilterPattern.literal(pattern),
            metric_namespace=namespace,
            metric_name=name,
            metric_value=f"${field}",
        )
        return cloudwatch.Metric(
            namespace=namespace, metric_name=name, statistic="Sum", period=_HOUR
        )

    def _largest_share(self, classes: Sequence[cloudwatch.Metric]) -> cloudwatch.MathExpression:
        names = [f"class{at}" for at in range(len(classes))]
        return cloudwatch.MathExpression(
            expression=f"IF(total >= {_FEWEST_PREDICTIONS}, MAX([{', '.join(names)}]) / total, 0)",
            using_metrics=dict(zip(names, classes, strict=True), total=self._total),
            period=_HOUR,
            label="share of the most frequent class",
        )

    # -- the dashboard -------------------------------------------------------------------------

    def _executions(self, machine: sfn.IStateMachine) -> cloudwatch.GraphWidget:
        metrics = [machine.metric_started(), machine.metric_succeeded(), machine.metric_failed()]
        return cloudwatch.GraphWidget(
            title="Executions", width=12, left=[metric.with_(statistic="Sum") for metric in metrics]
        )

    def _durations(self) -> cloudwatch.LogQueryWidget:
        """The durations of the jobs; Step Functions has no metrics of single states."""
        return cloudwatch.LogQueryWidget(
            title="Jobs: seconds from the first to the last line of their logs",
            width=12,
            log_group_names=[JobKind.PROCESSING.log_group, JobKind.TRAINING.log_group],
            query_lines=[
                f"filter @logStream like /^{self._settings.name}-/",
                "stats (latest(@timestamp) - earliest(@timestamp)) / 1000 as seconds by @logStream",
                "sort @logStream desc",
            ],
        )

    def _invocations(self) -> cloudwatch.GraphWidget:
        names = ("Invocations", "Invocation4XXErrors", "Invocation5XXErrors")
        return cloudwatch.GraphWidget(
            title="Endpoint",
            width=8,
            left=[self._endpoint_metric(name, "Sum", _MINUTE) for name in names],
        )

    def _latency(self) -> cloudwatch.GraphWidget:
        return cloudwatch.GraphWidget(
            title="Latency of the model, microseconds",
            width=8,
            left=[
                self._endpoint_metric("ModelLatency", statistic, _MINUTE)
                for statistic in ("p50", "p99")
            ],
        )

    def _predicted_classes(self) -> cloudwatch.GraphWidget:
        return cloudwatch.GraphWidget(
            title="Predicted classes", width=8, stacked=True, left=self._predicted
        )


def _field(name: str) -> str:
    """The name of a class's field in the filter pattern, which no other field has."""
    return f"class_{name}"
