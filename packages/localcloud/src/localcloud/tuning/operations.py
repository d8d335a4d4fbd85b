"""Operations on hyperparameter tuning jobs."""

from localcloud.core.cloud import Operations
from localcloud.core.operations import of
from localcloud.tuning import tuning_job

OPERATIONS: Operations = of(
    "sagemaker",
    {
        "CreateHyperParameterTuningJob": tuning_job.create_hyper_parameter_tuning_job,
        "DescribeHyperParameterTuningJob": tuning_job.describe_hyper_parameter_tuning_job,
        "ListHyperParameterTuningJobs": tuning_job.list_hyper_parameter_tuning_jobs,
        "ListTrainingJobsForHyperParameterTuningJob": (
            tuning_job.list_training_jobs_for_hyper_parameter_tuning_job
        ),
        "StopHyperParameterTuningJob": tuning_job.stop_hyper_parameter_tuning_job,
        "DeleteHyperParameterTuningJob": tuning_job.delete_hyper_parameter_tuning_job,
    },
)
