"""Which refusals of AWS mean that something does not exist."""

import pytest
from botocore.exceptions import ClientError

from reviews.client.aws.missing import is_missing_object, is_missing_resource


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "Call")


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFound"])
def test_sagemaker_names_a_missing_resource_in_two_ways(code: str) -> None:
    assert is_missing_resource(refused(code))


@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchBucket", "AccessDenied"])
def test_an_object_is_missing_also_for_a_caller_who_may_not_list_the_bucket(code: str) -> None:
    assert is_missing_object(refused(code))


def test_no_permission_and_too_many_calls_do_not_mean_that_a_resource_is_missing() -> None:
    assert not is_missing_resource(refused("AccessDeniedException"))
    assert not is_missing_resource(refused("ThrottlingException"))
    assert not is_missing_object(refused("SlowDown"))
