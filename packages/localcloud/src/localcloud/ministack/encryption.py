"""The keys that templates give to buckets and topics, which ministack drops."""

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from localcloud.ministack.seam import require

Properties = dict[str, Any]
Remember = Callable[[str, Properties], None]


def keep_keys(provisioners: Any) -> None:
    require(provisioners, "_s3", "_sns", "_RESOURCE_HANDLERS")
    require(provisioners._s3, "_bucket_encryption")
    require(provisioners._sns, "_topics")

    def remember_bucket(name: str, properties: Properties) -> None:
        rules = properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration")
        if rules:
            provisioners._s3._bucket_encryption[name] = _configuration(rules[0])
        else:
            provisioners._s3._bucket_encryption.pop(name, None)

    def remember_topic(arn: str, properties: Properties) -> None:
        attributes = provisioners._sns._topics[arn]["attributes"]
        attributes.pop("KmsMasterKeyId", None)
        if properties.get("KmsMasterKeyId"):
            attributes["KmsMasterKeyId"] = properties["KmsMasterKeyId"]

    handlers = provisioners._RESOURCE_HANDLERS
    _after(handlers["AWS::S3::Bucket"], remember_bucket)
    _after(handlers["AWS::SNS::Topic"], remember_topic)


def _after(handlers: dict[str, Any], remember: Remember) -> None:
    """When the resource is made or changed, which answers its physical id and attributes."""
    create, update = handlers["create"], handlers["update"]

    def create_and_remember(logical_id: str, properties: Properties, *rest: Any) -> Any:
        made = create(logical_id, properties, *rest)
        remember(made[0], properties)
        return made

    def update_and_remember(
        physical_id: str, before: Properties, after: Properties, *rest: Any, **options: Any
    ) -> Any:
        changed = update(physical_id, before, after, *rest, **options)
        remember(changed[0], after)
        return changed

    handlers["create"], handlers["update"] = create_and_remember, update_and_remember


def _configuration(rule: Properties) -> str:
    """As PutBucketEncryption would have sent it."""
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
