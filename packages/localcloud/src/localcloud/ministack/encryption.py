"""The encryption of buckets and topics in templates."""

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

Properties = dict[str, Any]
Change = Callable[..., Any]
Keep = Callable[[Ministack, str, Properties], None]


def _keep_bucket(ministack: Ministack, name: str, properties: Properties) -> None:
    rules = properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration")
    if rules:
        ministack.s3._bucket_encryption[name] = _configuration(rules[0])
    else:
        ministack.s3._bucket_encryption.pop(name, None)


def _keep_topic(ministack: Ministack, arn: str, properties: Properties) -> None:
    attributes = ministack.sns._topics[arn]["attributes"]
    attributes.pop("KmsMasterKeyId", None)
    if properties.get("KmsMasterKeyId"):
        attributes["KmsMasterKeyId"] = properties["KmsMasterKeyId"]


# A handler that creates or updates a resource returns its physical id and attributes.


def keep_encryption_on_create(ministack: Ministack, create: Change, keep: Keep) -> Change:
    def create_and_keep(logical_id: str, properties: Properties, *rest: Any) -> Any:
        made = create(logical_id, properties, *rest)
        keep(ministack, made[0], properties)
        return made

    return create_and_keep


def keep_encryption_on_update(ministack: Ministack, update: Change, keep: Keep) -> Change:
    def update_and_keep(
        physical_id: str, before: Properties, after: Properties, *rest: Any, **options: Any
    ) -> Any:
        changed = update(physical_id, before, after, *rest, **options)
        keep(ministack, changed[0], after)
        return changed

    return update_and_keep


def _configuration(rule: Properties) -> str:
    """The encryption of a bucket in the XML of PutBucketEncryption."""
    default = rule["ServerSideEncryptionByDefault"]
    key = default.get("KMSMasterKeyID")
    named = f"<KMSMasterKeyID>{escape(key)}</KMSMasterKeyID>" if key else ""
    with_bucket_key = str(rule.get("BucketKeyEnabled", False)).lower()
    return (
        '<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule>'
        "<ApplyServerSideEncryptionByDefault>"
        f"<SSEAlgorithm>{escape(default['SSEAlgorithm'])}</SSEAlgorithm>{named}"
        "</ApplyServerSideEncryptionByDefault>"
        f"<BucketKeyEnabled>{with_bucket_key}</BucketKeyEnabled>"
        "</Rule></ServerSideEncryptionConfiguration>"
    )


_KINDS: tuple[tuple[str, Keep, tuple[str, ...]], ...] = (
    ("AWS::S3::Bucket", _keep_bucket, names("services.s3", "_bucket_encryption")),
    ("AWS::SNS::Topic", _keep_topic, names("services.sns", "_topics")),
)
PATCHES = tuple(
    Patch(
        target=f"services.cloudformation.provisioners:_RESOURCE_HANDLERS[{kind}][{change}]",
        make=make,
        options={"keep": keep},
        why="a resource is encrypted with the key of its template",
        upstream=f"CloudFormation: {kind} drops the key of its encryption",
        test="ministack/test_encryption.py::test_a_template_encrypts_buckets_and_topics_and_changes_their_keys",
        uses=uses,
    )
    for kind, keep, uses in _KINDS
    for change, make in (
        ("create", keep_encryption_on_create),
        ("update", keep_encryption_on_update),
    )
)
