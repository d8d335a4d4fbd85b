"""The actions on KMS keys that a call requires."""

from collections.abc import Iterator

from localcloud.iam.authorization import RequiredAction
from localcloud.iam.call import Call, value_at, volume_key
from localcloud.iam.resources import group_names

_JOBS = (
    "CreateProcessingJob",
    "CreateTrainingJob",
    "CreateHyperParameterTuningJob",
    "CreateTransformJob",
)
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OnlineStoreSecurityConfig.html
_ONLINE_STORE = (
    "Encrypt",
    "Decrypt",
    "DescribeKey",
    "CreateGrant",
    "RetireGrant",
    "ReEncryptFrom",
    "ReEncryptTo",
    "GenerateDataKey",
    "ListGrants",
    "RevokeGrant",
)


def key_actions(call: Call) -> Iterator[RequiredAction]:
    """The caller creates the grants that encrypt volumes, and encrypts and decrypts records."""
    if call.operation in _JOBS:
        yield from _grant_actions(volume_key(call.settings))
    elif call.operation in ("CreateEndpoint", "UpdateEndpoint"):
        config = call.find("endpoint-config", call.request["EndpointConfigName"]) or {}
        yield from _grant_actions(config.get("KmsKeyId"))
    elif call.operation == "CreateFeatureGroup":
        key = value_at(call.request, "OnlineStoreConfig", "SecurityConfig", "KmsKeyId")
        yield from (RequiredAction(f"kms:{action}", key) for action in _ONLINE_STORE if key)
    elif call.operation in ("PutRecord", "GetRecord", "DeleteRecord", "ListRecords"):
        yield from _record_key_actions(call, call.request["FeatureGroupName"])
    elif call.operation in ("BatchGetRecord", "BatchWriteRecord"):
        for name in group_names(call):
            yield from _record_key_actions(call, name)


def _grant_actions(key: str | None) -> Iterator[RequiredAction]:
    if key:
        yield RequiredAction("kms:CreateGrant", key, {"kms:GrantIsForAWSResource": "true"})
        yield RequiredAction("kms:DescribeKey", key)


def _record_key_actions(call: Call, group: str) -> Iterator[RequiredAction]:
    record = call.find("feature-group", group.rpartition("/")[2]) or {}
    key = value_at(record, "OnlineStoreConfig", "SecurityConfig", "KmsKeyId")
    if key:
        yield RequiredAction("kms:Decrypt", key)
