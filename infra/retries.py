"""Which errors of a state are retried, and how often.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn

# Transient errors of Lambda's Invoke; Throttled is raised by lambdas/shared/errors.py.
_TRANSIENT = (
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Throttled",
)
# The function's process ended. Another process may succeed, but not if the function has too little
# time or memory, so there are three attempts in all.
_PROCESS_ENDED = ("Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout")
_PROCESS_ENDED_ATTEMPTS = 2
# Errors of the state machine's own calls: one without a more specific name, and a lost connection.
_SERVICE_ERRORS = {
    "sagemaker": ("SageMaker.SageMakerException", "SageMaker.SdkClientException"),
    "sns": ("Sns.SnsException", "Sns.SdkClientException"),
}
# About half an hour, so that minutes of throttling do not fail an execution that has run for days.
_SERVICE_ATTEMPTS = 30
# Another execution or job must end first.
_BUSY = ("LimitReached", "EndpointBusy")
_BUSY_ATTEMPTS = 30  # about four hours


def retry_function(task: sfn.TaskStateBase) -> None:
    """Retries transient errors of a function. Functions are idempotent: they adopt what an earlier
    attempt has created."""
    task.add_retry(errors=list(_TRANSIENT), **_backoff())
    task.add_retry(errors=list(_PROCESS_ENDED), **_backoff(_PROCESS_ENDED_ATTEMPTS))
    task.add_retry(
        errors=list(_BUSY),
        interval=Duration.minutes(1),
        max_attempts=_BUSY_ATTEMPTS,
        max_delay=Duration.minutes(10),
        jitter_strategy=sfn.JitterType.FULL,
    )


def retry_service(task: sfn.TaskStateBase, service: str) -> None:
    """Retries errors of a call to a service (`sagemaker` or `sns`) without a function."""
    errors = [*_SERVICE_ERRORS[service], "States.Timeout"]
    task.add_retry(errors=errors, **_backoff(_SERVICE_ATTEMPTS))


def _backoff(attempts: int = 8) -> dict[str, Any]:
    return {
        "interval": Duration.seconds(2),
        "max_attempts": attempts,
        "max_delay": Duration.minutes(2),
        "jitter_strategy": sfn.JitterType.FULL,
    }
