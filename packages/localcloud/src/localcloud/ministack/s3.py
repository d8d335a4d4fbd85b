"""Buckets: the tags of a template, and the default key."""

from typing import Any

from localcloud.ministack.seam import Answer, Handler

_KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"


def keep_bucket_tags(provisioners: Any) -> None:
    """ministack drops a bucket's Tags, by which CDK's auto-delete knows what it may empty."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    create = handlers["create"]

    def create_with_tags(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        name, attributes = create(logical_id, properties, stack)
        tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}
        if tags:
            provisioners._s3._bucket_tags[name] = tags
        return name, attributes

    handlers["create"] = create_with_tags


def default_bucket_key(app: Any) -> None:
    """`aws:kms` without a key means the account's aws/s3 key; ministack asks for one."""
    serve: Handler = app.SERVICE_HANDLERS["s3"]

    async def serve_with_key(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, list[str]],
    ) -> Answer:
        if headers.get("x-amz-server-side-encryption") == "aws:kms" and _KEY_HEADER not in headers:
            headers = {**headers, _KEY_HEADER: "alias/aws/s3"}
        return await serve(method, path, headers, body, query)

    app.SERVICE_HANDLERS["s3"] = serve_with_key
