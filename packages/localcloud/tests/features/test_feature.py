"""What is known of features: descriptions and parameters."""

from pathlib import Path

import pytest

from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError
from localcloud.core.records import Record
from localcloud.core.state import Store
from localcloud.features.feature import describe_feature_metadata, update_feature_metadata
from localcloud.features.group import delete_feature_group, update_feature_group
from worlds.feature_world import definition
from worlds.stored_groups import ARN_PREFIX, put_group


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    found = Cloud("http://127.0.0.1:1", tmp_path, Store(tmp_path / "sagemaker.sqlite"))
    put_group(found, "reviews", 2, "of dresses")
    return found


def test_a_feature_is_described_with_its_parameters(cloud: Cloud) -> None:
    place = {"FeatureGroupName": "reviews", "FeatureName": "id"}
    assert describe_feature_metadata(cloud, place) == {
        **place,
        "FeatureGroupArn": f"{ARN_PREFIX}:feature-group/reviews",
        "FeatureType": "String",
        "CreationTime": 2,
        "LastModifiedTime": 2,
    }
    update_feature_metadata(
        cloud,
        {
            **place,
            "Description": "of the review",
            "ParameterAdditions": [
                {"Key": "source", "Value": "csv"},
                {"Key": "unit", "Value": "none"},
            ],
        },
    )
    update_feature_metadata(
        cloud,
        {
            **place,
            "ParameterAdditions": [{"Key": "source", "Value": "s3"}],
            "ParameterRemovals": ["unit"],
        },
    )
    described = describe_feature_metadata(cloud, place)
    assert described["Description"] == "of the review"
    assert described["Parameters"] == [{"Key": "source", "Value": "s3"}]
    assert described["LastModifiedTime"] > 2


def test_what_was_known_of_a_feature_goes_with_its_group(cloud: Cloud) -> None:
    place = {"FeatureGroupName": "reviews", "FeatureName": "id"}
    update_feature_metadata(cloud, {**place, "Description": "old"})
    delete_feature_group(cloud, {"FeatureGroupName": "reviews"})
    put_group(cloud, "reviews", 9, "")
    assert "Description" not in describe_feature_metadata(cloud, place)


def test_an_added_feature_is_younger_than_its_group(cloud: Cloud) -> None:
    place = {"FeatureGroupName": "reviews", "FeatureName": "stars"}
    with pytest.raises(AwsError) as raised:
        describe_feature_metadata(cloud, place)
    assert (raised.value.code, raised.value.message) == (
        "ResourceNotFound",
        "Resource Not Found: FeatureGroup reviews has no feature named stars",
    )
    addition = {"FeatureAdditions": [definition("stars", "Integral")]}
    update_feature_group(cloud, {"FeatureGroupName": "reviews", **addition})
    assert describe_feature_metadata(cloud, place)["CreationTime"] > 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([{"Key": "a"}], "A parameter needs both Key and Value"),
        (
            [{"Key": str(number), "Value": "v"} for number in range(26)],
            "A feature has at most 25 parameters",
        ),
    ],
)
def test_parameters_that_cannot_be_are_refused(
    cloud: Cloud, changes: list[Record], message: str
) -> None:
    place = {"FeatureGroupName": "reviews", "FeatureName": "id"}
    with pytest.raises(AwsError) as raised:
        update_feature_metadata(cloud, {**place, "ParameterAdditions": changes})
    assert (raised.value.code, raised.value.message) == ("ValidationException", message)
