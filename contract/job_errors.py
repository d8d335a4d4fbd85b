"""How SageMaker reports that a job has failed.

Its API has a status, and the text FailureReason, which begins with the name of an error and a
colon. AWS Batch distinguishes failures of training jobs by the same names: "failedReason begins
with CapacityError"
(https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_capacity.html), and
"Received status from SageMaker:InternalServerError: " (aws_batch/constants.py of the SageMaker SDK
2.257).
"""

STOPPED = "Stopped"  # the status of a job that a user, or its maximum runtime, has stopped
CAPACITY_ERROR = "CapacityError"  # AWS had no instances
INTERNAL_SERVER_ERROR = "InternalServerError"
ALGORITHM_ERROR = "AlgorithmError"  # the container has ended with another exit code than 0
