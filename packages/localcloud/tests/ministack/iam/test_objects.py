"""Enforced IAM: on demand, and for S3 and its keys."""

import json

import pytest
from botocore.exceptions import ClientError

from localcloud.__main__ import main
from worlds.enforced_iam import BUCKET, SECRET
from worlds.iam_world import IamWorld, allow, not_allowed, refusal


def test_iam_is_enforced_only_on_demand(
    world: IamWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    person, folder = world.person(), ["--data-dir", str(world.cloud.data_dir)]
    assert main(["iam", "relax", *folder]) == 0
    person.client("s3").list_buckets()
    assert main(["iam", "enforce", *folder]) == 0
    assert main(["iam", "status", *folder]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "IAM is not enforced.",
        "IAM is enforced.",
        "IAM is enforced.",
    ]
    with pytest.raises(ClientError) as caught:
        person.client("s3").list_buckets()
    assert refusal(caught.value) == (
        "AccessDenied",
        not_allowed(person, "s3:ListAllMyBuckets", '"*"'),
    )


def test_the_person_at_the_keyboard_may_do_everything(world: IamWorld, key: str) -> None:
    s3 = world.owner.client("s3")
    assert s3.get_object(Bucket=SECRET, Key="data/file.txt")["Body"].read() == b"text"
    world.owner.client("sagemaker").list_models()
    roles = {decision.role for decision in world.cloud.iam_decisions()}
    assert "" not in roles


# -- S3 and its keys -------------------------------------------------------------------------------


def test_a_role_reads_and_writes_where_it_may(world: IamWorld) -> None:
    person = world.person(allow("s3:GetObject", on=f"arn:aws:s3:::{BUCKET}/data/*"))
    s3 = person.client("s3")
    assert s3.get_object(Bucket=BUCKET, Key="data/file.txt")["Body"].read() == b"text"
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=BUCKET, Key="data/new.txt", Body=b"")
    resource = f'"arn:aws:s3:::{BUCKET}/data/new.txt"'
    assert refusal(caught.value) == (
        "AccessDenied",
        not_allowed(person, "s3:PutObject", resource),
    )


def test_only_who_may_list_learns_that_an_object_is_missing(world: IamWorld) -> None:
    reading = allow("s3:GetObject", on=f"arn:aws:s3:::{BUCKET}/*")
    person = world.person(reading)
    with pytest.raises(ClientError) as caught:
        person.client("s3").get_object(Bucket=BUCKET, Key="missing")
    bucket = f'"arn:aws:s3:::{BUCKET}"'
    assert refusal(caught.value) == ("AccessDenied", not_allowed(person, "s3:ListBucket", bucket))
    world.permit(person.role, reading, allow("s3:ListBucket", on=f"arn:aws:s3:::{BUCKET}"))
    with pytest.raises(ClientError) as caught:
        person.client("s3").get_object(Bucket=BUCKET, Key="missing")
    assert refusal(caught.value)[0] == "NoSuchKey"


def test_an_encrypted_object_needs_its_key(world: IamWorld, key: str) -> None:
    objects = allow("s3:*", on=[f"arn:aws:s3:::{name}/*" for name in (SECRET, BUCKET)])
    person = world.person(objects)
    s3, place = person.client("s3"), {"Bucket": SECRET, "Key": "data/file.txt"}
    for action, call in (
        ("kms:Decrypt", lambda: s3.get_object(**place)),
        ("kms:GenerateDataKey", lambda: s3.put_object(**place, Body=b"text")),
        ("kms:GenerateDataKey", lambda: s3.create_multipart_upload(**place)),
        ("kms:Decrypt", lambda: s3.copy_object(Bucket=BUCKET, Key="copy", CopySource=place)),
    ):
        with pytest.raises(ClientError) as caught:
            call()
        assert refusal(caught.value) == ("AccessDenied", not_allowed(person, action, key))
    through_s3 = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    world.permit(person.role, objects, allow("kms:*", on=key, **through_s3))
    s3.put_object(**place, Body=b"text")
    assert s3.get_object(**place)["Body"].read() == b"text"


def test_a_bucket_that_wants_tls_is_open_on_loopback(world: IamWorld) -> None:
    owner, name = world.owner.client("s3"), "tls-only"
    owner.create_bucket(Bucket=name)
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{name}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [deny]}
    owner.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    person = world.person(allow("s3:PutObject", on=f"arn:aws:s3:::{name}/*"))
    person.client("s3").put_object(Bucket=name, Key="key", Body=b"")


def test_a_bucket_policy_can_refuse_what_a_role_may_do(world: IamWorld) -> None:
    owner, name = world.owner.client("s3"), "closed"
    owner.create_bucket(Bucket=name)
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [deny]}
    owner.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    person = world.person(allow("s3:PutObject", on=f"arn:aws:s3:::{name}/*"))
    with pytest.raises(ClientError) as caught:
        person.client("s3").put_object(Bucket=name, Key="key", Body=b"")
    assert refusal(caught.value)[1].endswith("with an explicit deny in a resource-based policy")
