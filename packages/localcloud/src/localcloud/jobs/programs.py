"""The processes of jobs and endpoints, found by their mark: none outlives the server."""

import logging
import shutil

from localcloud.core.cloud import PROGRAM_FOLDERS, Service
from localcloud.jobs.instance import mark
from localcloud.jobs.memory import memory_limit
from localcloud.jobs.process import kill_marked

_LOGGER = logging.getLogger(__name__)


class Programs(Service):
    """The processes whose mark begins with the data folder of this embedded AWS."""

    def recover(self) -> None:
        """Kills the orphans of an earlier server and removes their folders.

        Raises ValueError for a limit on memory that no job could have.
        """
        memory_limit()
        killed = kill_marked(mark(self.cloud))
        if killed:
            _LOGGER.warning("killed %d processes of an earlier run", killed)
        for folder in PROGRAM_FOLDERS:
            shutil.rmtree(self.cloud.data_dir / folder, ignore_errors=True)

    def shutdown(self) -> None:
        kill_marked(mark(self.cloud))
