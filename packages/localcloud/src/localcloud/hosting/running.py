"""The endpoints that run in one embedded AWS, and their metrics."""

from localcloud.core.cloud import Cloud, Service
from localcloud.hosting.endpoint_metrics import EndpointMetrics
from localcloud.hosting.fleet import Fleet
from localcloud.hosting.traffic import Traffic
from localcloud.hosting.utilisation import Utilisation


class RunningEndpoints(Service):
    """`traffic` has the fleets that answer, `pending` those being deployed, by endpoint name."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.traffic: dict[str, Traffic] = {}
        self.pending: dict[str, Fleet] = {}
        self.metrics = EndpointMetrics(cloud)
        self.utilisation = Utilisation(cloud, self.traffic)

    def shutdown(self) -> None:
        """Ends every instance at once, and delivers the last metrics."""
        serving = [traffic.fleet for traffic in self.traffic.values()]
        self.traffic.clear()
        for fleet in [*self.pending.values(), *serving]:
            fleet.close()
        self.metrics.close()
        self.utilisation.close()
