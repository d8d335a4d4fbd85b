"""The settings of the endpoint: its instances, and how a new model is deployed."""

import re

from infra.setting_error import SettingsError
from infra.setting_group import settings_group
from infra.settings.checks import check_range, check_schedule, check_time_zone
from infra.settings.instances import Instances

_TWO_WEEKS = 14 * 24  # hours
_SERVERLESS_MB = (1024, 2048, 3072, 4096, 5120, 6144)


@settings_group
class Endpoint(Instances):
    """The instances of the endpoint, and how an update replaces the model.

    With `serverless_memory_mb` there are no instances, and AWS charges for requests only. An
    endpoint with instances cannot become serverless: it has to be deleted first.
    """

    max_instance_count: int = 0  # to which it scales; 0: no scaling
    invocations_per_instance: int = 1000  # a minute, the target of the scaling
    canary_percent: int = 10  # of the capacity that gets a new model first
    bake_s: int = 600  # in which a new model must serve without an alarm
    max_latency_ms: int = 30_000  # of 99 responses in 100; a request may take half of it
    max_class_share: float = 0.9  # of an hour's predictions, above which an alarm goes off
    capture_percent: int = 0  # of requests and responses, captured in S3
    stop_after_idle_hours: int = 0  # without requests, after which it is deleted; 0: it stays
    start_schedule: str = ""  # at which a stopped one starts, such as cron(0 7 ? * MON-FRI *)
    start_time_zone: str = "UTC"  # of that schedule, such as Europe/Berlin
    serverless_memory_mb: int = 0  # of a serverless endpoint; 0: one with instances
    serverless_concurrency: int = 10  # concurrent requests of a serverless endpoint

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_instance_count:
            name = "endpoint.max_instance_count"
            check_range(name, self.max_instance_count, self.instance_count, 100)
            if re.match(r"ml\.t\d", self.instance_type):
                # https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html
                allowed = f"0 for {self.instance_type}: burstable instances do not scale"
                raise SettingsError(name=name, value=self.max_instance_count, allowed=allowed)
        check_range("endpoint.invocations_per_instance", self.invocations_per_instance, 1, 10**6)
        check_range("endpoint.canary_percent", self.canary_percent, 1, 50)
        check_range("endpoint.bake_s", self.bake_s, 0, 3600)
        check_range("endpoint.max_latency_ms", self.max_latency_ms, 1, 60_000)
        check_range("endpoint.capture_percent", self.capture_percent, 0, 100)
        check_range("endpoint.serverless_concurrency", self.serverless_concurrency, 1, 200)
        self._check_stopping()
        if self.serverless_memory_mb:
            self._check_serverless()

    def _check_stopping(self) -> None:
        check_range("endpoint.stop_after_idle_hours", self.stop_after_idle_hours, 0, _TWO_WEEKS)
        check_schedule("endpoint.start_schedule", self.start_schedule)
        check_time_zone("endpoint.start_time_zone", self.start_time_zone)
        if self.start_schedule and not self.stops_when_idle:
            raise SettingsError(
                name="endpoint.start_schedule",
                value=self.start_schedule,
                allowed="empty while endpoint.stop_after_idle_hours is 0, since nothing stops it",
            )
        if self.stops_when_idle and self.serverless_memory_mb:
            raise SettingsError(
                name="endpoint.stop_after_idle_hours",
                value=self.stop_after_idle_hours,
                allowed="0 for serverless, which costs nothing while nobody asks it",
            )

    @property
    def stops_when_idle(self) -> bool:
        """Whether there are functions that stop and start it."""
        return self.stop_after_idle_hours > 0

    def _check_serverless(self) -> None:
        """https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"""
        if self.serverless_memory_mb not in _SERVERLESS_MB:
            raise SettingsError(
                name="endpoint.serverless_memory_mb",
                value=self.serverless_memory_mb,
                allowed=", ".join(map(str, _SERVERLESS_MB)),
            )
        for name in ("max_instance_count", "capture_percent"):
            if getattr(self, name):
                raise SettingsError(
                    name=f"endpoint.{name}", value=getattr(self, name), allowed="0 for serverless"
                )
