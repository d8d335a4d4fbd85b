"""No test ever talks to a real AWS account."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def no_real_aws() -> Iterator[None]:
    """Whatever credentials the developer has are out of reach of the tests."""
    patch = pytest.MonkeyPatch()
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        patch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "HF_HUB_OFFLINE": "1",
        "SAGEMAKER_SUPPRESS_V2_WARNING": "1",  # version 2 on purpose: 3 drops the classes used
        "TOKENIZERS_PARALLELISM": "false",
    }.items():
        patch.setenv(name, value)
    yield
    patch.undo()
