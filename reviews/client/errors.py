"""The errors that a user of the client can correct.

ReviewsError
├── NotDeployed          the environment has no Pipeline stack
├── WrongAccount         the credentials are not of the account that the settings name
├── DeploymentBlocked    the account or the settings have to be corrected before
├── NotRunning           the embedded AWS of the environment does not run
├── InvalidArgument      an argument of the user is invalid
├── ExecutionFailed      the execution did not end as SUCCEEDED
├── ModelMissing         no version of the model is approved
├── AnswersMissing       a scoring has not answered every text
├── QueryFailed          Athena refused or failed the query
├── EndpointUnavailable  the endpoint is not in service, or does not answer
│   └── EndpointMissing  there is no endpoint at all
│       └── EndpointStopped  since it was stopped
├── EndpointBusy         the endpoint is being created, updated or deleted
├── PriceMissing         no price is known of an instance type or a region of the settings
├── CommandFailed        a program, such as cdk, failed
└── Interrupted          Ctrl-C
"""


class ReviewsError(Exception):
    """The base of all errors that are shown as one message, without a traceback."""

    exit_code = 1


class NotDeployed(ReviewsError):
    """The environment's Pipeline stack does not exist in this account and region."""


class WrongAccount(ReviewsError):
    """The credentials are of another account than the one that the settings name."""


class DeploymentBlocked(ReviewsError):
    """The checks of `reviews doctor` found why the deployment, or the first run, would fail."""


class NotRunning(ReviewsError):
    """No embedded AWS runs here, and no setting of the SDK names another one."""


class InvalidArgument(ReviewsError):
    """An argument names something that does not exist, or has an invalid value."""


class ExecutionFailed(ReviewsError):
    """An execution did not succeed; `error` is the failed step, `cause` its reason."""

    def __init__(self, *, status: str, error: str, cause: str) -> None:
        super().__init__(f"The execution ended as {status}.\n  error: {error}\n  cause: {cause}")
        self.status, self.error, self.cause = status, error, cause


class ModelMissing(ReviewsError):
    """The registry has no approved version of the model."""


class AnswersMissing(ReviewsError):
    """A part of a file that was scored in batch has fewer or more answers than texts, or none."""


class QueryFailed(ReviewsError):
    """Athena ended the query as FAILED or CANCELLED."""


class EndpointUnavailable(ReviewsError):
    """The endpoint does not exist, is not in service or failed to answer."""


class EndpointMissing(EndpointUnavailable):
    """The endpoint does not exist: it is stopped, or no run has created it."""


class EndpointStopped(EndpointMissing):
    """The endpoint was stopped, and can be started again."""


class EndpointBusy(ReviewsError):
    """The endpoint is being created, updated or deleted."""


class PriceMissing(ReviewsError):
    """Neither AWS was asked for the price of an instance type or of a region, nor is it shipped."""


class CommandFailed(ReviewsError):
    """A program ended with another exit code than 0, or is not installed."""


class Interrupted(ReviewsError):
    """The user pressed Ctrl-C; the message says what is still running."""

    exit_code = 130  # as of a shell: 128 and the number of SIGINT
