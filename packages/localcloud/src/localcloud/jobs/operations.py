"""Operations on processing and training jobs, and on the quotas of their instances."""

from localcloud.core.cloud import Operations
from localcloud.core.operations import of
from localcloud.jobs import processing, service_quotas, training

OPERATIONS: Operations = {
    **of(
        "sagemaker",
        {
            "DeleteProcessingJob": processing.delete_processing_job,
            "DeleteTrainingJob": training.delete_training_job,
            "CreateProcessingJob": processing.create_processing_job,
            "DescribeProcessingJob": processing.describe_processing_job,
            "ListProcessingJobs": processing.list_processing_jobs,
            "StopProcessingJob": processing.stop_processing_job,
            "CreateTrainingJob": training.create_training_job,
            "DescribeTrainingJob": training.describe_training_job,
            "ListTrainingJobs": training.list_training_jobs,
            "UpdateTrainingJob": training.update_training_job,
            "StopTrainingJob": training.stop_training_job,
        },
    ),
    **of(
        "service-quotas",
        {
            "ListServiceQuotas": service_quotas.list_service_quotas,
            "ListAWSDefaultServiceQuotas": service_quotas.list_default_service_quotas,
            "GetServiceQuota": service_quotas.get_service_quota,
        },
    ),
}
