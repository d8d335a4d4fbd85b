"""Enforced IAM: logs and topics."""

import pytest
from botocore.exceptions import ClientError

from worlds.enforced_iam import PLACE
from worlds.iam_world import IamWorld, allow, not_allowed, refusal


def test_a_log_group_is_known_by_what_is_in_it(world: IamWorld) -> None:
    owner, group = world.owner.client("logs"), "/aws/test/group"
    owner.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:{PLACE}:log-group:{group}"
    person = world.person(allow("logs:CreateLogStream", on=f"{arn}:*"))
    logs = person.client("logs")
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    with pytest.raises(ClientError) as caught:
        logs.delete_log_stream(logGroupName=group, logStreamName="one")
    message = not_allowed(person, "logs:DeleteLogStream", f"{arn}:log-stream:one")
    assert refusal(caught.value) == ("AccessDeniedException", message)


def test_an_encrypted_topic_needs_its_key(world: IamWorld, key: str) -> None:
    owner = world.owner.client("sns")
    topic = owner.create_topic(Name="news", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    person = world.person()
    sns = person.client("sns")
    with pytest.raises(ClientError) as caught:
        sns.publish(TopicArn=topic, Message="text")
    message = not_allowed(person, "SNS:Publish", topic)
    assert refusal(caught.value) == ("AuthorizationError", message)
    world.permit(person.role, allow("sns:Publish", on=topic))
    with pytest.raises(ClientError) as caught:
        sns.publish(TopicArn=topic, Message="text")
    message = not_allowed(person, "kms:GenerateDataKey", key)
    assert refusal(caught.value) == ("KMSAccessDenied", message)
    keys = allow("kms:GenerateDataKey", "kms:Decrypt", on=key)
    world.permit(person.role, allow("sns:Publish", on=topic), keys)
    assert sns.publish(TopicArn=topic, Message="text")["MessageId"]


def test_metrics_may_be_limited_to_a_namespace(world: IamWorld) -> None:
    ours = {"StringEquals": {"cloudwatch:namespace": "Ours"}}
    person = world.person(allow("cloudwatch:PutMetricData", **ours))
    metrics = [{"MetricName": "Number", "Value": 1.0}]
    cloudwatch = person.client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="Ours", MetricData=metrics)
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_metric_data(Namespace="Theirs", MetricData=metrics)
    assert caught.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
