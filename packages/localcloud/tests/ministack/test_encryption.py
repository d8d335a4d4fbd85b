"""Keys of buckets and topics that a template makes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from localcloud.server import LocalCloud

STACK = "keys"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    with LocalCloud(data_dir=tmp_path) as cloud:
        yield cloud


def template(key: str) -> str:
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    encryption = {
        "ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": rule, "BucketKeyEnabled": True}
        ]
    }
    bucket = {"BucketName": "encrypted", "BucketEncryption": encryption}
    resources = {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": bucket},
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": "encrypted", "KmsMasterKeyId": key},
        },
    }
    return json.dumps({"Resources": resources})


def test_a_template_encrypts_buckets_and_topics_and_changes_their_keys(cloud: LocalCloud) -> None:
    def client(service: str) -> Any:
        return boto3.client(service, endpoint_url=cloud.endpoint_url)

    first, second = (client("kms").create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    cloudformation, s3, sns = client("cloudformation"), client("s3"), client("sns")
    topic = "arn:aws:sns:us-east-1:000000000000:encrypted"
    for call, waiter, key in (
        (cloudformation.create_stack, "stack_create_complete", first),
        (cloudformation.update_stack, "stack_update_complete", second),
    ):
        call(StackName=STACK, TemplateBody=template(key))
        cloudformation.get_waiter(waiter).wait(StackName=STACK, WaiterConfig={"Delay": 1})
        (rule,) = s3.get_bucket_encryption(Bucket="encrypted")["ServerSideEncryptionConfiguration"][
            "Rules"
        ]
        assert rule == {
            "ApplyServerSideEncryptionByDefault": {
                "SSEAlgorithm": "aws:kms",
                "KMSMasterKeyID": key,
            },
            "BucketKeyEnabled": True,
        }
        put = s3.put_object(Bucket="encrypted", Key="object", Body=b"")
        assert (put["ServerSideEncryption"], put["SSEKMSKeyId"]) == ("aws:kms", key)
        attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        assert attributes["KmsMasterKeyId"] == key


def test_an_object_without_a_key_is_encrypted_with_the_accounts(cloud: LocalCloud) -> None:
    s3 = boto3.client("s3", endpoint_url=cloud.endpoint_url)
    s3.create_bucket(Bucket="plain")
    s3.put_object(Bucket="plain", Key="a", Body=b"text", ServerSideEncryption="aws:kms")
    found = s3.get_object(Bucket="plain", Key="a")
    assert found["ServerSideEncryption"] == "aws:kms"
    assert "alias/aws/s3" in found["SSEKMSKeyId"]
