"""An embedded AWS that enforces IAM, with a plain and an encrypted bucket."""

from collections.abc import Iterator

import pytest

from localcloud.server import LocalCloud
from worlds.iam_world import IamWorld

PLACE = "us-east-1:000000000000"
SAGEMAKER = f"arn:aws:sagemaker:{PLACE}"
BUCKET, SECRET = "plain", "encrypted"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IamWorld]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as cloud:
        world = IamWorld(cloud)
        s3 = world.owner.client("s3")
        for bucket in (BUCKET, SECRET):
            s3.create_bucket(Bucket=bucket)
            s3.put_object(Bucket=bucket, Key="data/file.txt", Body=b"text")
        with cloud.enforce_iam():
            yield world


@pytest.fixture(scope="module")
def key(world: IamWorld) -> str:
    """The key of the encrypted bucket, with an object in it."""
    arn: str = world.owner.client("kms").create_key()["KeyMetadata"]["Arn"]
    s3 = world.owner.client("s3")
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
    s3.put_bucket_encryption(
        Bucket=SECRET,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
    )
    s3.put_object(Bucket=SECRET, Key="data/file.txt", Body=b"text")
    return arn
