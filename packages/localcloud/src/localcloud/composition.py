"""What an embedded AWS is made of: its operations, and the services that live as long as it.

The only module that knows all folders of services: a new one is entered here.
"""

from pathlib import Path

from localcloud.autoscaling.operations import OPERATIONS as AUTOSCALING
from localcloud.autoscaling.service import Scaling
from localcloud.core.background import Background
from localcloud.core.cloud import Cloud, Operations, Service
from localcloud.core.operations import OPERATIONS as TAGS
from localcloud.core.state import Store
from localcloud.experiments.operations import OPERATIONS as EXPERIMENTS
from localcloud.features.offline import OfflineWriter
from localcloud.features.operations import OPERATIONS as FEATURES
from localcloud.features.recovery import FeatureRecovery
from localcloud.hosting.operations import OPERATIONS as HOSTING
from localcloud.hosting.recovery import HostingRecovery
from localcloud.hosting.running import RunningEndpoints
from localcloud.iam.permissions import authorise
from localcloud.jobs.job_queue import JobQueue
from localcloud.jobs.operations import OPERATIONS as JOBS
from localcloud.jobs.programs import Programs
from localcloud.jobs.recovery import JobRecovery
from localcloud.registry.operations import OPERATIONS as REGISTRY

OPERATIONS: Operations = {
    **TAGS,
    **JOBS,
    **HOSTING,
    **FEATURES,
    **REGISTRY,
    **EXPERIMENTS,
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
    HostingRecovery,
    JobRecovery,
    JobQueue,
    Scaling,
)


def new_cloud(endpoint_url: str, data_dir: Path) -> Cloud:
    """The embedded AWS of a data folder, with what an earlier one has left there."""
    return Cloud(
        endpoint_url,
        data_dir,
        Store(data_dir / "sagemaker.sqlite"),
        operations=OPERATIONS,
        authorise=authorise,
    )


def recover(cloud: Cloud) -> None:
    """Corrects the records that an earlier server left; returns at once.

    To be called before the server listens. Raises ValueError for a setting in the environment that
    no job could have.
    """
    for kind in SERVICES:
        cloud.service(kind).recover()


def start(cloud: Cloud) -> None:
    """Starts background work; to be called after `recover`."""
    for kind in SERVICES:
        cloud.service(kind).start()


def shutdown(cloud: Cloud) -> None:
    """Ends all that runs, while the server still answers; no process is left afterwards."""
    cloud.stopping.set()
    for kind in reversed(SERVICES):
        cloud.service(kind).shutdown()
