"""What can go wrong for a user of the command line.

CliError
├── NotDeployed        the environment has no Pipeline stack
├── InvalidArgument    an argument of the user is not usable
├── ExecutionFailed    the execution ended otherwise than SUCCEEDED
├── QueryFailed        Athena refused or failed the query
└── EndpointUnavailable  there is no endpoint that answers
"""


class CliError(Exception):
    """Base of all errors that are shown as one plain message, without a traceback."""


class NotDeployed(CliError):
    """The environment's Pipeline stack does not exist in this account and region."""


class InvalidArgument(CliError):
    """An argument names something that is not there or has the wrong form."""


class ExecutionFailed(CliError):
    """An execution did not succeed; `error` is the failed step, `cause` its reason."""

    def __init__(self, *, status: str, error: str, cause: str) -> None:
        super().__init__(f"The execution ended as {status}.\n  error: {error}\n  cause: {cause}")
        self.status, self.error, self.cause = status, error, cause


class QueryFailed(CliError):
    """Athena ended the query as FAILED or CANCELLED."""


class EndpointUnavailable(CliError):
    """The endpoint does not exist, is not in service or failed to answer."""
