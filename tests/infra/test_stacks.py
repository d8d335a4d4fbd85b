"""Properties of the templates of every environment."""

import re
from dataclasses import replace

import pytest

from contract.features import FRACTIONAL, SCHEMA, STAR_RATING, STRING, Feature
from infra.settings import ENVIRONMENTS
from tests.infra.conftest import Synthesised, as_list, plain

EVERY = pytest.mark.parametrize("environment", ENVIRONMENTS)


@EVERY
def test_buckets_are_private_encrypted_and_logged(
    synthesised: Synthesised, environment: str
) -> None:
    buckets = synthesised.resources(environment, "Storage", "AWS::S3::Bucket")
    names = {plain(bucket["Properties"]["BucketName"]) for bucket in buckets.values()}
    place = "<AWS::AccountId>-us-east-1"
    assert names == {
        f"reviews-{environment}-{purpose}-{place}" for purpose in ("data", "artefacts", "logs")
    }
    for bucket in buckets.values():
        properties = bucket["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        is_log = "-logs-" in plain(properties["BucketName"])
        algorithm = rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"]
        assert algorithm == ("AES256" if is_log else "aws:kms")
        assert is_log or "DestinationBucketName" in properties["LoggingConfiguration"]


@EVERY
def test_every_bucket_refuses_plain_http(synthesised: Synthesised, environment: str) -> None:
    policies = synthesised.resources(environment, "Storage", "AWS::S3::BucketPolicy")
    assert len(policies) == 3
    for policy in policies.values():
        statements = policy["Properties"]["PolicyDocument"]["Statement"]
        assert any(
            statement["Effect"] == "Deny"
            and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
            for statement in statements
        )


@EVERY
def test_the_feature_group_has_the_features_of_a_review(
    synthesised: Synthesised, environment: str
) -> None:
    (group,) = synthesised.resources(
        environment, "Features", "AWS::SageMaker::FeatureGroup"
    ).values()
    properties = group["Properties"]
    version = SCHEMA.version
    assert properties["FeatureGroupName"] == f"reviews-{environment}-{version}"
    assert properties["RecordIdentifierFeatureName"] == "review_id"
    assert properties["EventTimeFeatureName"] == "date"
    assert [item["FeatureName"] for item in properties["FeatureDefinitions"]] == [
        "review_id",
        "date",
        "sentiment",
        "label_id",
        "star_rating",
        "input_ids",
        "review_body",
        "split_type",
    ]
    assert properties["OfflineStoreConfig"]["DataCatalogConfig"]["TableName"] == (
        f"reviews_{environment}_{version}"
    )


def test_other_features_make_another_group() -> None:
    def version(*features: Feature) -> str:
        return replace(SCHEMA, features=features).version

    features = SCHEMA.features
    assert SCHEMA.version == version(*reversed(features))
    assert SCHEMA.version != version(Feature("country", STRING), *features)
    fractional = replace(STAR_RATING, type=FRACTIONAL)
    others = (fractional if one == STAR_RATING else one for one in features)
    assert SCHEMA.version != version(*others)


@EVERY
def test_only_prod_keeps_its_data(synthesised: Synthesised, environment: str) -> None:
    for stack, kind in (
        ("Storage", "AWS::S3::Bucket"),
        ("Storage", "AWS::KMS::Key"),
        ("Features", "AWS::SageMaker::FeatureGroup"),
        ("Features", "AWS::Glue::Database"),
        ("Pipeline", "AWS::SageMaker::ModelPackageGroup"),
    ):
        for item in synthesised.resources(environment, stack, kind).values():
            kept = environment == "prod"
            assert item["DeletionPolicy"] == ("RetainExceptOnCreate" if kept else "Delete"), kind
            assert item["UpdateReplacePolicy"] == ("Retain" if kept else "Delete"), kind


@EVERY
def test_a_first_deployment_that_is_rolled_back_leaves_no_name_that_the_next_one_needs(
    synthesised: Synthesised, environment: str
) -> None:
    for stack in ("Storage", "Features", "Pipeline"):
        for name, item in synthesised.template(environment, stack)["Resources"].items():
            assert item.get("DeletionPolicy") != "Retain", name


@EVERY
def test_the_outputs_of_the_pipeline_name_its_resources(
    synthesised: Synthesised, environment: str
) -> None:
    outputs = synthesised.template(environment, "Pipeline")["Outputs"]
    assert set(outputs) >= {
        "StateMachineArn",
        "DataBucket",
        "ArtefactBucket",
        "FeatureGroup",
        "EndpointName",
        "ModelPackageGroup",
        "TopicArn",
        "AthenaWorkGroup",
        "GlueDatabase",
        "GlueTable",
        "BaseModel",
    }


@EVERY
def test_no_role_is_allowed_everything_of_a_service(
    synthesised: Synthesised, environment: str
) -> None:
    for stack in ("Features", "Pipeline"):
        for policy in synthesised.resources(environment, stack, "AWS::IAM::Policy").values():
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                actions = as_list(statement["Action"])
                assert not [action for action in actions if "*" in action]
        for role in synthesised.resources(environment, stack, "AWS::IAM::Role").values():
            assert not role["Properties"].get("ManagedPolicyArns")


@EVERY
def test_every_job_role_belongs_to_sagemaker_alone(
    synthesised: Synthesised, environment: str
) -> None:
    roles = synthesised.resources(environment, "Pipeline", "AWS::IAM::Role")
    trusted = {
        name: [
            statement["Principal"]["Service"]
            for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        ]
        for name, role in roles.items()
        if name.startswith("JobRoles")
    }
    assert len(trusted) == (4 if environment == "dev" else 5)  # where requests are captured
    assert {tuple(services) for services in trusted.values()} == {("sagemaker.amazonaws.com",)}


@EVERY
def test_all_functions_have_the_same_configuration(
    synthesised: Synthesised, environment: str
) -> None:
    functions = synthesised.resources(environment, "Pipeline", "AWS::Lambda::Function")
    # Scaling, approval, promotion, two of drift, and two that stop and start the endpoint.
    optional = {"dev": 2, "local": 3, "staging": 4, "prod": 5}
    assert len(functions) == 16 + optional[environment]
    for function in functions.values():
        properties = function["Properties"]
        assert properties["Architectures"] == ["arm64"]
        assert re.fullmatch(r"python3\.\d+", properties["Runtime"])
        assert properties["FunctionName"].startswith(f"reviews-{environment}-")
        assert "LogGroup" in properties["LoggingConfig"]
        assert properties["LoggingConfig"]["LogFormat"] == "JSON"
