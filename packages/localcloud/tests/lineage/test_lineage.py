"""Lineage tracking through a real boto3 client."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.wire_client import client_of, new_cloud

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
SOURCE = {"SourceUri": "s3://bucket/reviews.csv"}


@pytest.fixture
def client(tmp_path: Path) -> Any:
    return client_of(new_cloud(tmp_path))


def refusal(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**request)
    details = raised.value.response["Error"]
    return details["Code"], details["Message"]


def artifact(client: Any, uri: str, kind: str = "DataSet", **more: Any) -> str:
    made = client.create_artifact(Source={"SourceUri": uri}, ArtifactType=kind, **more)
    arn: str = made["ArtifactArn"]
    return arn


def test_an_artifact_is_known_by_the_arn_that_its_source_makes(client: Any) -> None:
    tags = [{"Key": "team", "Value": "blue"}]
    arn = artifact(client, SOURCE["SourceUri"], ArtifactName="reviews", Tags=tags)
    assert arn.startswith(f"{ARN}:artifact/")
    found = client.describe_artifact(ArtifactArn=arn)
    assert (found["ArtifactName"], found["ArtifactType"]) == ("reviews", "DataSet")
    assert (found["Source"], found["Properties"]) == (SOURCE, {})
    assert client.list_tags(ResourceArn=arn)["Tags"] == tags
    assert refusal(client.create_artifact, Source=SOURCE, ArtifactType="DataSet") == (
        "ValidationException",
        f"Artifact '{arn}' already exists.",
    )
    client.update_artifact(ArtifactArn=arn, ArtifactName="new", Properties={"a": "1", "b": "2"})
    client.update_artifact(ArtifactArn=arn, PropertiesToRemove=["a"])
    found = client.describe_artifact(ArtifactArn=arn)
    assert (found["ArtifactName"], found["Properties"]) == ("new", {"b": "2"})
    assert refusal(client.delete_artifact) == (
        "ValidationException",
        "Either ArtifactArn or Source must be specified.",
    )
    assert client.delete_artifact(Source=SOURCE)["ArtifactArn"] == arn
    assert refusal(client.describe_artifact, ArtifactArn=arn) == (
        "ResourceNotFound",
        f"Artifact '{arn}' does not exist.",
    )


def test_an_action_is_known_by_its_name(client: Any) -> None:
    request = {"ActionName": "One", "Source": SOURCE, "ActionType": "Deployment"}
    made = client.create_action(**request, Status="InProgress", Description="first")
    assert made["ActionArn"] == f"{ARN}:action/one"
    client.update_action(ActionName="One", Status="Completed", Properties={"a": "1"})
    found = client.describe_action(ActionName="One")
    assert (found["Status"], found["Description"]) == ("Completed", "first")
    assert found["Properties"] == {"a": "1"}
    (listed,) = client.list_actions(SourceUri=SOURCE["SourceUri"], SortBy="Name")["ActionSummaries"]
    assert (listed["ActionName"], listed["Status"]) == ("One", "Completed")
    assert client.list_actions(SourceUri="s3://other")["ActionSummaries"] == []
    client.delete_action(ActionName="One")
    assert refusal(client.describe_action, ActionName="One") == (
        "ResourceNotFound",
        f"Action '{ARN}:action/one' does not exist.",
    )


def test_a_context_is_known_by_its_name(client: Any) -> None:
    request = {"ContextName": "One", "Source": SOURCE, "ContextType": "Endpoint"}
    assert client.create_context(**request)["ContextArn"] == f"{ARN}:context/one"
    assert refusal(client.create_context, **request) == (
        "ValidationException",
        f"Context '{ARN}:context/one' already exists.",
    )
    client.update_context(ContextName="One", Description="second")
    assert client.describe_context(ContextName="One")["Description"] == "second"
    (listed,) = client.list_contexts(ContextType="Endpoint")["ContextSummaries"]
    assert listed["ContextName"] == "One"
    client.delete_context(ContextName="One")
    assert client.list_contexts()["ContextSummaries"] == []


def test_artifacts_are_listed_by_type_and_in_pages(client: Any) -> None:
    for number in range(3):
        artifact(client, f"s3://bucket/{number}", "Model" if number else "DataSet")
    models = client.list_artifacts(ArtifactType="Model")["ArtifactSummaries"]
    assert [one["Source"]["SourceUri"] for one in models] == ["s3://bucket/2", "s3://bucket/1"]
    pages = client.get_paginator("list_artifacts").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["ArtifactSummaries"]) for page in pages] == [2, 1]


def test_associations_lead_from_data_by_a_job_to_a_model(client: Any) -> None:
    client.create_trial_component(TrialComponentName="training")
    job = f"{ARN}:experiment-trial-component/training"
    data = artifact(client, "s3://bucket/data", ArtifactName="data")
    model = artifact(client, "s3://bucket/model.tar.gz", "Model")
    client.add_association(SourceArn=data, DestinationArn=job, AssociationType="ContributedTo")
    client.add_association(SourceArn=job, DestinationArn=model, AssociationType="Produced")
    (first,) = client.list_associations(DestinationArn=job)["AssociationSummaries"]
    assert (first["SourceName"], first["SourceType"]) == ("data", "DataSet")
    assert (first["DestinationName"], first["AssociationType"]) == ("training", "ContributedTo")
    (second,) = client.list_associations(DestinationType="Model")["AssociationSummaries"]
    assert (second["SourceArn"], second["DestinationArn"]) == (job, model)
    ordered = client.list_associations(SortBy="SourceArn", SortOrder="Ascending")
    sources = [one["SourceArn"] for one in ordered["AssociationSummaries"]]
    assert sources == sorted([data, job])
    ends = {"SourceArn": data, "DestinationArn": job}
    assert refusal(client.add_association, **ends) == (
        "ValidationException",
        f"An association of {data} with {job} already exists.",
    )
    assert refusal(client.delete_artifact, ArtifactArn=data) == (
        "ValidationException",
        f"Artifact '{data}' cannot be deleted: it is associated.",
    )
    client.delete_association(**ends)
    client.delete_artifact(ArtifactArn=data)
    assert refusal(client.delete_association, **ends) == (
        "ResourceNotFound",
        f"An association of {data} with {job} does not exist.",
    )
    nowhere = f"{ARN}:context/nowhere"
    assert refusal(client.add_association, SourceArn=nowhere, DestinationArn=model) == (
        "ResourceNotFound",
        f"'{nowhere}' does not exist.",
    )
