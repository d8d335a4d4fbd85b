"""What a client receives as an error."""

import pytest
from botocore.exceptions import ClientError


def error(raised: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    """Code and message."""
    return raised.value.response["Error"]["Code"], raised.value.response["Error"]["Message"]
