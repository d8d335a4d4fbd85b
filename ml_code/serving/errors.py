"""The error of a request that cannot be answered."""


class RequestError(Exception):
    """`status_code` is the HTTP status of the response, `message` its body: what is wrong."""

    def __init__(self, status_code: int, message: str) -> None:
        super().__init__(message)
        self.status_code, self.message = status_code, message
