"""The key and the buckets of one environment."""

from typing import Any

from aws_cdk import CfnResource, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct, IConstruct

from contract import s3_keys
from contract.names import bucket_name
from infra.key_policy import service_statements
from infra.log_groups import log_group
from infra.removal import removal_policy
from infra.settings import Settings

_OLD_VERSION_DAYS = 30
_UPLOAD_DAYS = 7
_SCORING_DAYS = 30
_AUTO_DELETE = "Custom::S3AutoDeleteObjectsCustomResourceProvider"
_IS_LOG_BUCKET = "It is the bucket of the access logs."
_WRITTEN_ONCE = "S3 writes each log once, and no role may overwrite it."
_NO_VERSIONS = "All data of this environment is deleted with it; prod has versions."


class Storage(Construct):
    """A customer-managed key (a new one, or that of the settings), the buckets for data and
    artefacts, encrypted with it, and a bucket for their access logs."""

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        self._removal = removal_policy(settings)
        self.key = self._existing_key() or self._make_key()
        self._logs = self._bucket(
            "AccessLogs",
            "logs",
            # S3's log delivery cannot write to a bucket with a customer key.
            encryption=s3.BucketEncryption.S3_MANAGED,
            lifecycle_rules=[
                s3.LifecycleRule(expiration=Duration.days(settings.organisation.log_days))
            ],
        )
        _skip_checks(self._logs, CKV_AWS_18=_IS_LOG_BUCKET, CKV_AWS_21=_WRITTEN_ONCE)
        self.data = self._logged_bucket("Data", "data")
        self.artefacts = self._logged_bucket("Artefacts", "artefacts", self._scorings_expire())
        if not settings.keep_data:
            self._add_log_group_of_auto_delete()

    def _existing_key(self) -> kms.IKey | None:
        """The key that the settings name, if any. Its policy stays as it is: `reviews doctor` says
        what it lacks."""
        arn = self._settings.organisation.kms_key
        return kms.Key.from_key_arn(self, "Key", arn) if arn else None

    def _make_key(self) -> kms.IKey:
        key = kms.Key(
            self,
            "Key",
            alias=self._settings.name,
            enable_key_rotation=True,
            removal_policy=self._removal,
        )
        stack = Stack.of(self)
        for statement in service_statements(self._settings, stack.account, stack.partition):
            key.add_to_resource_policy(iam.PolicyStatement.from_json(statement))
        return key

    def _scorings_expire(self) -> s3.LifecycleRule:
        """The texts and answers of batch scoring are copies: their user has them joined."""
        return s3.LifecycleRule(
            prefix=f"{s3_keys.SCORINGS}/", expiration=Duration.days(_SCORING_DAYS)
        )

    def _logged_bucket(self, id_: str, purpose: str, *rules: s3.LifecycleRule) -> s3.IBucket:
        bucket = self._bucket(
            id_,
            purpose,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            versioned=self._settings.keep_data,
            server_access_logs_bucket=self._logs,
            server_access_logs_prefix=f"{purpose}/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(_UPLOAD_DAYS),
                    noncurrent_version_expiration=Duration.days(_OLD_VERSION_DAYS),
                ),
                *rules,
            ],
        )
        if not self._settings.keep_data:
            _skip_checks(bucket, CKV_AWS_21=_NO_VERSIONS)
        # Other stacks refer to it by its fixed name, so that no CloudFormation export is needed.
        return s3.Bucket.from_bucket_name(self, f"{id_}ByName", self._name(purpose))

    def _name(self, purpose: str) -> str:
        stack = Stack.of(self)
        return bucket_name(self._settings.name, purpose, stack.account, stack.region)

    def _bucket(self, id_: str, purpose: str, **properties: Any) -> s3.Bucket:
        return s3.Bucket(
            self,
            id_,
            bucket_name=self._name(purpose),
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            removal_policy=self._removal,
            auto_delete_objects=not self._settings.keep_data,
            **properties,
        )

    def _add_log_group_of_auto_delete(self) -> None:
        """CDK's function that empties buckets would create a log group that outlives the stack."""
        group = log_group(self, "EmptierLogs", settings=self._settings, key=self.key)
        handler: IConstruct = (
            Stack.of(self).node.find_child(_AUTO_DELETE).node.find_child("Handler")
        )
        assert isinstance(handler, CfnResource)  # noqa: S101 - aws-cdk-lib is pinned
        handler.add_property_override("LoggingConfig", {"LogGroup": group.log_group_name})


def _skip_checks(bucket: s3.Bucket, **reasons: str) -> None:
    """Tells checkov, by the numbers of its rules, why a bucket is as it is."""
    resource = bucket.node.default_child
    assert isinstance(resource, CfnResource)  # noqa: S101 - aws-cdk-lib is pinned
    skipped = [{"id": rule, "comment": reason} for rule, reason in reasons.items()]
    resource.add_metadata("checkov", {"skip": skipped})
