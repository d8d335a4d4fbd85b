"""What can go wrong for a user of the command line.

ReviewsError
├── NotDeployed          the environment has no Pipeline stack
├── DeploymentBlocked    something of the account or the settings has to be mended before
├── NotRunning           the environment is in an embedded AWS that does not run
├── InvalidArgument      an argument of the user is not usable
├── ExecutionFailed      the execution ended otherwise than SUCCEEDED
├── QueryFailed          Athena refused or failed the query
├── EndpointUnavailable  there is no endpoint that answers
│   └── EndpointMissing  there is no endpoint at all
├── EndpointBusy         the endpoint has to come to rest before it can change
├── PriceMissing         the price table lacks something that the settings use
├── CommandFailed        a program that was called, such as cdk, did not succeed
└── Interrupted          Ctrl-C
"""


class ReviewsError(Exception):
    """Base of all errors that are shown as one plain message, without a traceback."""

    exit_code = 1


class NotDeployed(ReviewsError):
    """The environment's Pipeline stack does not exist in this account and region."""


class DeploymentBlocked(ReviewsError):
    """The checks of `reviews doctor` found what a deployment, or the first run, would fail at."""


class NotRunning(ReviewsError):
    """No embedded AWS runs here, and no setting of the SDK names another one."""


class InvalidArgument(ReviewsError):
    """An argument names something that is not there or has the wrong form."""


class ExecutionFailed(ReviewsError):
    """An execution did not succeed; `error` is the failed step, `cause` its reason."""

    def __init__(self, *, status: str, error: str, cause: str) -> None:
        super().__init__(f"The execution ended as {status}.\n  error: {error}\n  cause: {cause}")
        self.status, self.error, self.cause = status, error, cause


class QueryFailed(ReviewsError):
    """Athena ended the query as FAILED or CANCELLED."""


class EndpointUnavailable(ReviewsError):
    """The endpoint does not exist, is not in service or failed to answer."""


class EndpointMissing(EndpointUnavailable):
    """The endpoint does not exist: it is stopped, or was never deployed."""


class EndpointBusy(ReviewsError):
    """The endpoint is being created, changed or deleted."""


class PriceMissing(ReviewsError):
    """reviews/client/cost/prices.py has no row for an instance type or a region of the settings."""


class CommandFailed(ReviewsError):
    """A program ended with another exit code than 0, or is not installed."""


class Interrupted(ReviewsError):
    """The user pressed Ctrl-C; the message says what goes on nevertheless."""

    exit_code = 130  # as of a shell: 128 and the number of SIGINT
