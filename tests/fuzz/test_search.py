"""Conditions of a search, of records that have a bit of everything."""

import json
from typing import Any

import pytest
from hypothesis import strategies as st

from localcloud.core.cloud import Cloud
from localcloud.http.wire import HttpRequest, service_model
from localcloud.search.search import _RECORDS
from tests.fuzz.cases import fuzz
from tests.fuzz.isolated_cloud import answered
from tests.fuzz.shapes import ARN
from tests.fuzz.values import changed, texts

OPERATORS = st.sampled_from(service_model("sagemaker").shape_for("Operator").enum)
NAMES = st.sampled_from(
    [
        "TrainingJobName",
        "CreationTime",
        "HyperParameters.epochs",
        "ResourceConfig.InstanceCount",
        "Metrics.loss",
        "FinalMetricDataList",
        "Tags.team",
        "AllTags",
        "InputDataConfig.ChannelName",
        "InputDataConfig",
        "FeatureGroupName",
        "FeatureDefinitions.FeatureType",
        "OnlineStoreConfig",
        "OnlineStoreConfig.EnableOnlineStore",
        "Parameters.a",
        "AllParameters",
        "EnableNetworkIsolation",
        "SecondaryStatusTransitions.StartTime",
        "ModelPackageVersion",
        "Source.SourceArn",
        "a..b",
        ".",
    ]
)
VALUES = st.sampled_from(["1", "true", "0.5", "2026-01-31T12:00:00Z", "0001-01-01", "a,b"]) | texts
FILTERS = st.lists(
    st.fixed_dictionaries(
        {"Name": NAMES | texts, "Value": VALUES}, optional={"Operator": OPERATORS}
    )
    | st.fixed_dictionaries({"Name": NAMES, "Operator": OPERATORS}),
    min_size=1,
    max_size=3,
)
NESTED = st.fixed_dictionaries({"NestedPropertyName": NAMES, "Filters": FILTERS})
CONDITIONS = st.recursive(
    st.fixed_dictionaries({"Filters": FILTERS}),
    lambda inner: st.fixed_dictionaries(
        {"SubExpressions": st.lists(inner, min_size=1, max_size=2)},
        optional={
            "Filters": FILTERS,
            "NestedFilters": st.lists(NESTED, max_size=2),
            "Operator": st.sampled_from(["And", "Or"]),
        },
    ),
    max_leaves=4,
)
TRAINING = {
    "TrainingJobName": "job-1",
    "TrainingJobArn": f"{ARN}:training-job/job-1",
    "CreationTime": 1.0,
    "LastModifiedTime": 2.0,
    "HyperParameters": {"epochs": "3"},
    "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
    "FinalMetricDataList": [{"MetricName": "loss", "Value": 0.5, "Timestamp": 1.0}],
    "InputDataConfig": [{"ChannelName": "train"}],
    "SecondaryStatusTransitions": [{"Status": "Starting", "StartTime": 1.0}],
    "EnableNetworkIsolation": False,
}


@pytest.fixture(scope="module")
def cloud(cloud: Cloud) -> Cloud:
    """With two training jobs, which have tags."""
    for number in (1, 2):
        name = f"job-{number}"
        arn = f"{ARN}:training-job/{name}"
        cloud.store.put(
            "training-job", name, {**TRAINING, "TrainingJobName": name, "TrainingJobArn": arn}
        )
        cloud.store.put("tags", arn, {"team": "a,b"})
    return cloud


def _deep(depth: int) -> Any:
    condition: Any = {"Filters": [{"Name": "TrainingJobName", "Value": "job-1"}]}
    for _ in range(depth):
        condition = {"SubExpressions": [condition]}
    return condition


@fuzz(
    "searches",
    few=80,
    many=6_000,
    resource=st.sampled_from(["TrainingJob", "FeatureGroup", "FeatureMetadata", *_RECORDS]),
    condition=CONDITIONS
    | CONDITIONS.flatmap(changed)
    | st.sampled_from([10, 100, 200, 300]).map(_deep),
    more=st.fixed_dictionaries(
        {}, optional={"SortBy": NAMES | texts, "SortOrder": st.sampled_from(["Ascending", "a"])}
    ),
)
def test_a_search_is_answered_by_the_rules(
    cloud: Cloud, resource: str, condition: Any, more: dict[str, str]
) -> None:
    request = {"Resource": resource, "SearchExpression": condition, **more}
    headers = {"x-amz-target": "SageMaker.Search"}
    answered(cloud, HttpRequest("POST", "/", headers, {}, json.dumps(request).encode()))
