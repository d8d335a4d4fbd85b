"""Search: conditions, the order of the results, and the resources that are searched."""

from pathlib import Path
from typing import Any

import pytest

from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError
from localcloud.core.state import Store
from localcloud.core.tags import put_tags
from localcloud.features.feature import update_feature_metadata
from localcloud.search.search import search
from worlds.stored_groups import ARN_PREFIX, put_group

Record = dict[str, Any]


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    found = Cloud("http://127.0.0.1:1", tmp_path, Store(tmp_path / "sagemaker.sqlite"))
    for number, (name, description) in enumerate(
        (("orders", "of shoes"), ("reviews", "of dresses"), ("stars", "")), start=1
    ):
        put_group(found, name, number, description)
    put_tags(found, f"{ARN_PREFIX}:feature-group/reviews", [{"Key": "team", "Value": "nlp"}])
    return found


def names(cloud: Cloud, *filters: Record, **request: Any) -> list[str]:
    expression = {"Filters": list(filters)} if filters else request.pop("Expression", None)
    whole = {"Resource": "FeatureGroup", **request}
    answer = search(cloud, whole | ({"SearchExpression": expression} if expression else {}))
    assert answer["TotalHits"] == {"Value": len(answer["Results"]), "Relation": "EqualTo"}
    (kind,) = {kind for result in answer["Results"] for kind in result} or {whole["Resource"]}
    member = {"FeatureMetadata": "FeatureName"}.get(kind, f"{kind}Name")
    return [result[kind][member] for result in answer["Results"]]


def condition(name: str, operator: str | None = None, value: str | None = None) -> Record:
    parts = {"Name": name, "Operator": operator, "Value": value}
    return {part: text for part, text in parts.items() if text is not None}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (condition("FeatureGroupName", None, "reviews"), ["reviews"]),
        (condition("FeatureGroupName", "NotEquals", "reviews"), ["stars", "orders"]),
        (condition("FeatureGroupName", "Contains", "r"), ["stars", "reviews", "orders"]),
        (condition("FeatureGroupName", "In", "stars,orders,none"), ["stars", "orders"]),
        (condition("Tags.team", "Equals", "nlp"), ["reviews"]),
        (condition("AllTags", "Contains", "tea"), ["reviews"]),
        (condition("Tags.team", "Exists"), ["reviews"]),
        (condition("Tags.team", "NotExists"), ["stars", "orders"]),
        (condition("CreationTime", "GreaterThan", "1970-01-01T00:00:01"), ["stars", "reviews"]),
        (condition("CreationTime", "LessThanOrEqualTo", "1970-01-01T00:00:01Z"), ["orders"]),
        (condition("OnlineStoreConfig.EnableOnlineStore", "Equals", "true"), ["orders"]),
        (condition("FeatureDefinitions.FeatureType", "Equals", "Integral"), []),
    ],
)
def test_a_filter_is_a_property_an_operator_and_a_value(
    cloud: Cloud, wanted: Record, found: list[str]
) -> None:
    assert names(cloud, wanted) == found


def test_conditions_are_joined_and_nested(cloud: Cloud) -> None:
    shoes = condition("Description", "Equals", "of shoes")
    dresses = condition("Description", "Contains", "dresses")
    either = {"SubExpressions": [{"Filters": [shoes]}, {"Filters": [dresses]}], "Operator": "Or"}
    assert names(cloud, Expression=either) == ["reviews", "orders"]
    both = {**either, "Operator": "And"}
    assert names(cloud, Expression=both) == []
    nested = {
        "NestedPropertyName": "FeatureDefinitions",
        "Filters": [
            condition("FeatureDefinitions.FeatureName", "Equals", "id"),
            condition("FeatureDefinitions.FeatureType", "Equals", "Fractional"),
        ],
    }
    assert names(cloud, Expression={"NestedFilters": [nested]}) == []
    nested["Filters"][1]["Value"] = "String"
    assert names(cloud, Expression={"NestedFilters": [nested]}) == ["stars", "reviews", "orders"]


def test_results_are_sorted_by_a_property(cloud: Cloud) -> None:
    assert names(cloud) == ["stars", "reviews", "orders"]
    by_name = {"SortBy": "FeatureGroupName", "SortOrder": "Ascending"}
    assert names(cloud, **by_name) == ["orders", "reviews", "stars"]
    assert names(cloud, SortBy="Tags.team")[0] == "reviews"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"Resource": "Project"}, "A search of Project is not supported by the embedded AWS"),
        ({"VisibilityConditions": [{"Key": "a"}]}, "VisibilityConditions is not supported"),
        ({"SearchExpression": {}}, "SearchExpression needs at least one of Filters,"),
        (
            {"SearchExpression": {"Filters": [condition("Colour", "Exists")]}},
            "Unknown property name 'Colour'; there are: FeatureGroupArn, FeatureGroupName",
        ),
        (
            {"SearchExpression": {"Filters": [condition("Description", "Contains")]}},
            "The filter on Description needs a Value",
        ),
        (
            {"SearchExpression": {"Filters": [condition("Description", "GreaterThan", "a")]}},
            "GreaterThan is not supported for Description, which is text",
        ),
        (
            {"SearchExpression": {"Filters": [condition("Description", "Contains", "a")] * 2}},
            "'CONTAINS' operator usage limit of 1 exceeded.",
        ),
        (
            {"SearchExpression": {"Filters": [condition("CreationTime", "LessThan", "soon")]}},
            "Value 'soon' is not a date-time of ISO 8601",
        ),
        ({"SortBy": "OnlineStoreConfig"}, "SortBy 'OnlineStoreConfig' is not a single value"),
    ],
)
def test_a_search_that_means_nothing_is_refused(
    cloud: Cloud, request_: Record, message: str
) -> None:
    with pytest.raises(AwsError) as raised:
        search(cloud, {"Resource": "FeatureGroup", **request_})
    assert raised.value.code == "ValidationException"
    assert message in raised.value.message


def test_jobs_and_versions_are_found_by_what_they_measured(cloud: Cloud) -> None:
    for number, accuracy in enumerate((0.7, 0.8)):
        job = {
            "TrainingJobName": f"job-{number}",
            "TrainingJobArn": f"{ARN_PREFIX}:training-job/job-{number}",
            "HyperParameters": {"epochs": str(number)},
            "FinalMetricDataList": [{"MetricName": "accuracy", "Value": accuracy}],
            "CreationTime": number,
        }
        cloud.store.put("training-job", f"job-{number}", job)
    package = {
        "ModelPackageName": "m",
        "ModelPackageArn": f"{ARN_PREFIX}:model-package/m/1",
        "ModelApprovalStatus": "Approved",
        "CreationTime": 1,
    }
    cloud.store.put("model-package", "m/1", package)
    good = condition("Metrics.accuracy", "GreaterThan", "0.75")
    early = condition("HyperParameters.epochs", "LessThan", "1")
    assert names(cloud, good, Resource="TrainingJob") == ["job-1"]
    assert names(cloud, early, Resource="TrainingJob") == ["job-0"]
    approved = condition("ModelApprovalStatus", "Equals", "Approved")
    assert names(cloud, approved, Resource="ModelPackage") == ["m"]


def test_features_are_found_by_their_parameters(cloud: Cloud) -> None:
    source = {
        "FeatureGroupName": "reviews",
        "FeatureName": "id",
        "ParameterAdditions": [{"Key": "source", "Value": "s3"}],
    }
    update_feature_metadata(cloud, source)
    by_key = condition("Parameters.source", "Equals", "s3")
    assert names(cloud, by_key, Resource="FeatureMetadata") == ["id"]
    by_text = condition("AllParameters", "Contains", "sour")
    assert names(cloud, by_text, Resource="FeatureMetadata") == ["id"]
    assert len(names(cloud, Resource="FeatureMetadata")) == 6
