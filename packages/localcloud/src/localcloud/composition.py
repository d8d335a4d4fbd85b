"""What an embedded AWS is made of: its regions, its operations, and the services of each region.

The only module that knows all folders of services: a new one is entered here.
"""

from dataclasses import replace
from pathlib import Path

from localcloud.autoscaling.operations import OPERATIONS as AUTOSCALING
from localcloud.autoscaling.service import Scaling
from localcloud.core.background import Background
from localcloud.core.cloud import Cloud, Operations, Service
from localcloud.core.operations import OPERATIONS as TAGS
from localcloud.core.regions import FOLDER, Regions
from localcloud.core.state import Store
from localcloud.experiments.operations import OPERATIONS as EXPERIMENTS
from localcloud.features.offline import OfflineWriter
from localcloud.features.operations import OPERATIONS as FEATURES
from localcloud.features.recovery import FeatureRecovery
from localcloud.hosting.async_invocation import AsyncInvocations
from localcloud.hosting.operations import OPERATIONS as HOSTING
from localcloud.hosting.recovery import HostingRecovery
from localcloud.hosting.running import RunningEndpoints
from localcloud.iam.permissions import authorize
from localcloud.jobs.job_queue import JobQueue
from localcloud.jobs.operations import OPERATIONS as JOBS
from localcloud.jobs.programs import Programs
from localcloud.jobs.recovery import JobRecovery
from localcloud.jobs.warm_pools import WarmPools
from localcloud.lineage.operations import OPERATIONS as LINEAGE
from localcloud.registry.operations import OPERATIONS as REGISTRY
from localcloud.search.operations import OPERATIONS as SEARCH
from localcloud.tuning.operations import OPERATIONS as TUNING
from localcloud.tuning.tuner import Tuners

OPERATIONS: Operations = {
    **TAGS,
    **JOBS,
    **TUNING,
    **HOSTING,
    **FEATURES,
    **SEARCH,
    **REGISTRY,
    **EXPERIMENTS,
    **LINEAGE,
    **AUTOSCALING,
}
# In the order in which they recover and start; they shut down in the reverse order: first what
# changes endpoints, then what runs, and last what writes its records.
SERVICES: tuple[type[Service], ...] = (
    FeatureRecovery,
    OfflineWriter,
    Programs,
    Background,
    RunningEndpoints,
    AsyncInvocations,
    HostingRecovery,
    JobRecovery,
    WarmPools,
    JobQueue,
    Tuners,
    Scaling,
)


def open_regions(endpoint_url: str, data_dir: Path) -> Regions:
    """The embedded AWS of a data folder, with the regions that an earlier one has left there."""
    home = new_cloud(endpoint_url, data_dir)

    def open_cloud(region: str) -> Cloud:
        cloud = _in_region(home, region)
        recover(cloud)
        start(cloud)
        return cloud

    regions = Regions(home, open_cloud)
    for folder in sorted((data_dir / FOLDER).glob("*")):
        regions.add(_in_region(home, folder.name))
    return regions


def new_cloud(endpoint_url: str, data_dir: Path) -> Cloud:
    """The home region of a data folder, with what an earlier server has left there."""
    return Cloud(
        endpoint_url, data_dir, _store(data_dir), operations=OPERATIONS, authorize=authorize
    )


def _in_region(home: Cloud, region: str) -> Cloud:
    data_dir = home.data_dir / FOLDER / region
    return replace(home, data_dir=data_dir, store=_store(data_dir), region=region, home=home)


def _store(data_dir: Path) -> Store:
    return Store(data_dir / "sagemaker.sqlite")


def recover(cloud: Cloud) -> None:
    """Corrects the records that an earlier server left in a region; returns at once.

    To be called before the region is served. Raises ValueError for a setting in the environment
    that no job could have.
    """
    for kind in SERVICES:
        cloud.service(kind).recover()


def start(cloud: Cloud) -> None:
    """Starts background work; to be called after `recover`."""
    for kind in SERVICES:
        cloud.service(kind).start()


def shutdown(cloud: Cloud) -> None:
    """Ends all that runs in a region, while the server still answers; no process is left then."""
    cloud.stopping.set()
    for kind in reversed(SERVICES):
        cloud.service(kind).shutdown()
