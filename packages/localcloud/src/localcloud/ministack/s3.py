"""Buckets: the tags of a template, and the default key."""

from collections.abc import Callable
from typing import Any

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Handler, Patch, Response, names

KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"
Create = Callable[[str, dict[str, Any], str], Any]


def keep_bucket_tags(ministack: Ministack, create: Create) -> Create:
    """Keeps a bucket's tags, by which CDK's auto-delete knows the buckets that it may empty."""

    def create_with_tags(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        name, attributes = create(logical_id, properties, stack)
        tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}
        if tags:
            ministack.s3._bucket_tags[name] = tags
        return name, attributes

    return create_with_tags


def use_the_default_key(_ministack: Ministack, serve: Handler) -> Handler:
    """`aws:kms` without a key means the account's aws/s3 key."""

    async def serve_with_key(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, list[str]],
    ) -> Response:
        if headers.get("x-amz-server-side-encryption") == "aws:kms" and KEY_HEADER not in headers:
            headers = {**headers, KEY_HEADER: "alias/aws/s3"}
        return await serve(method, path, headers, body, query)

    return serve_with_key


PATCHES = (
    Patch(
        target="services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::S3::Bucket][create]",
        make=keep_bucket_tags,
        why="a bucket keeps the tags of its template, by which CDK's auto-delete may empty it",
        upstream="CloudFormation: AWS::S3::Bucket drops Tags",
        test="ministack/test_cloudformation.py::test_a_bucket_has_the_tags_of_its_template",
        uses=names("services.s3", "_bucket_tags"),
    ),
    Patch(
        target="app:SERVICE_HANDLERS[s3]",
        make=use_the_default_key,
        why="`aws:kms` without a key is encryption with the account's key aws/s3",
        upstream="S3: PutObject with `aws:kms` and without a key is refused",
        test="ministack/test_encryption.py::test_an_object_without_a_key_is_encrypted_with_the_accounts",
    ),
)
