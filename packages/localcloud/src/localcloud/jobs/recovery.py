"""Jobs that an earlier server was running when it ended: they have failed."""

from localcloud.core.cloud import Service
from localcloud.jobs.processing_job import ProcessingJob
from localcloud.jobs.training_job import TrainingJob


class JobRecovery(Service):
    """Makes processing and training jobs that were running Failed."""

    def recover(self) -> None:
        for kind in (ProcessingJob, TrainingJob):
            kind.fail_unfinished(self.cloud)
