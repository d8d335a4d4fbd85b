"""The quick check of requests agrees with the one that has the words."""

from typing import Any

import pytest

from localcloud.core.errors import ValidationException
from localcloud.http.acceptance import accepts
from localcloud.http.constraints import check
from localcloud.http.wire import service_model

PUT = {"FeatureGroupName": "reviews", "Record": [{"FeatureName": "id", "ValueAsString": "1"}]}


@pytest.mark.parametrize(
    ("changes", "is_accepted"),
    [
        ({}, True),
        ({"TtlDuration": {"Unit": "Days", "Value": 1}}, True),
        ({"TargetStores": ["OnlineStore", "OfflineStore"]}, True),
        ({"TtlDuration": {"Unit": "Days", "Value": 0}}, False),
        ({"TtlDuration": {"Unit": "Years", "Value": 1}}, False),
        ({"TtlDuration": {"Unit": "Days"}}, False),
        ({"TtlDuration": {"Unit": "Days", "Value": "1"}}, False),
        ({"TargetStores": []}, False),
        ({"TargetStores": "OnlineStore"}, False),
        ({"Record": [{"FeatureName": "-", "ValueAsString": "1"}]}, False),
        ({"Record": [{"ValueAsString": "1"}]}, False),
        ({"Record": [{"FeatureName": "id", "Value": "1"}]}, False),
        ({"FeatureGroupName": "r" * 151}, False),
    ],
)
def test_what_is_not_accepted_at_once_is_an_error(
    changes: dict[str, Any], is_accepted: bool
) -> None:
    model = service_model("sagemaker-featurestore-runtime").operation_model("PutRecord")
    shape, request = model.input_shape, PUT | changes
    assert accepts(request, shape) == is_accepted
    if is_accepted:
        check(request, shape)
    else:
        with pytest.raises(ValidationException):
            check(request, shape)


def test_a_shape_may_have_itself_inside() -> None:
    shape = service_model("sagemaker").operation_model("Search").input_shape
    expression: dict[str, Any] = {"Filters": [{"Name": "Description"}]}
    for _ in range(3):
        expression = {"SubExpressions": [expression]}
    assert accepts({"Resource": "FeatureGroup", "SearchExpression": expression}, shape)
    assert not accepts({"Resource": "Weather", "SearchExpression": expression}, shape)


def test_dates_are_left_to_the_other() -> None:
    shape = service_model("sagemaker").operation_model("ListFeatureGroups").input_shape
    request = {"CreationTimeAfter": 1_700_000_000}
    assert not accepts(request, shape)
    check(request, shape)
