"""The key and the buckets of one environment."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.settings import Settings

_LOG_DAYS = 90
_OLD_VERSION_DAYS = 30


class Storage(Construct):
    """One customer key; data and artefacts encrypted by it; access logs beside them."""

    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, account: str, region: str
    ) -> None:
        super().__init__(scope, id_)
        self._settings, self._place = settings, {"account": account, "region": region}
        self.key = kms.Key(
            self,
            "Key",
            alias=settings.name,
            enable_key_rotation=True,
            removal_policy=_removal(settings),
        )
        self._logs = self._bucket(
            "AccessLogs",
            "logs",
            # S3's log delivery cannot write to a bucket with a customer key.
            encryption=s3.BucketEncryption.S3_MANAGED,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(_LOG_DAYS))],
        )
        self.data = self._logged_bucket("Data", "data")
        self.artefacts = self._logged_bucket("Artefacts", "artefacts")

    def _logged_bucket(self, id_: str, purpose: str) -> s3.Bucket:
        return self._bucket(
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
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                    noncurrent_version_expiration=Duration.days(_OLD_VERSION_DAYS),
                )
            ],
        )

    def _bucket(self, id_: str, purpose: str, **properties: object) -> s3.Bucket:
        return s3.Bucket(
            self,
            id_,
            bucket_name=self._settings.bucket(purpose=purpose, **self._place),
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            removal_policy=_removal(self._settings),
            auto_delete_objects=not self._settings.keep_data,
            **properties,  # type: ignore[arg-type]  # checked by jsii
        )


def _removal(settings: Settings) -> RemovalPolicy:
    return RemovalPolicy.RETAIN if settings.keep_data else RemovalPolicy.DESTROY
