"""Errors that clients receive in the form of AWS.

AwsError
├── ValidationException   the request breaks a rule of the API
├── ValidationError       the same, as the two runtime services call it
├── ResourceInUse         the name is taken
├── ResourceNotFound      there is no such resource
├── ConflictException     something else is in the way
└── ResourceLimitExceeded a quota is used up
"""

from typing import Any


class AwsError(Exception):
    """`code` and `message` as boto3 shows them; `members` are further fields of the response."""

    def __init__(self, code: str, message: str, status: int = 400, **members: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.members = code, message, status, members


class ValidationException(AwsError):
    """A rule of the API is broken (HTTP 400); also SageMaker's code for a missing resource."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


class ValidationError(AwsError):
    """What the runtimes of endpoints and of the Feature Store say of such a request (HTTP 400)."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationError", message)


class ResourceInUse(AwsError):
    """A name that is taken, or a resource in a state that does not allow the change (HTTP 400)."""

    def __init__(self, message: str) -> None:
        super().__init__("ResourceInUse", message)


class ResourceNotFound(AwsError):
    """A resource that does not exist (HTTP 400)."""

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFound", message)


class ConflictException(AwsError):
    """A resource that others depend on (HTTP 400)."""

    def __init__(self, message: str) -> None:
        super().__init__("ConflictException", message)


class ResourceLimitExceeded(AwsError):
    """A request for more than a quota (HTTP 400)."""

    def __init__(self, message: str) -> None:
        super().__init__("ResourceLimitExceeded", message)
