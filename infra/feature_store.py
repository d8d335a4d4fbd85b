"""The Feature Group with its online and offline store, and the Athena workgroup for queries."""

from aws_cdk import Stack, Tags
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from contract import s3_keys
from contract.features import SCHEMA
from infra.removal import removal_policy
from infra.settings import Settings
from infra.storage import Storage

# CloudFormation replaces a Feature Group whose tags change (its schema: tagUpdatable is false), and
# "cannot update a stack when a custom-named resource requires replacing".
TAGGED_ONCE = sagemaker.CfnFeatureGroup.CFN_RESOURCE_TYPE_NAME


class FeatureStore(Construct):
    """A row for each review. The names depend on the features only, so queries can be saved."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        storage: Storage,
        role: iam.IRole,
    ) -> None:
        super().__init__(scope, id_)
        key, artefacts = storage.key, storage.artefacts
        database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=Stack.of(self).account,
            database_input=glue.CfnDatabase.DatabaseInputProperty(name=settings.catalog_name),
        )
        group = self._group(settings=settings, key=key, artefacts=artefacts, role=role)
        group.add_resource_dependency(database)
        for tag, value in settings.organisation.feature_group_tags.items():
            Tags.of(group).add(tag, value)
        for kept in (database, group):
            kept.apply_removal_policy(removal_policy(settings))
        self._workgroup(settings=settings, key=key, artefacts=artefacts)

    def _group(
        self, *, settings: Settings, key: kms.IKey, artefacts: s3.IBucket, role: iam.IRole
    ) -> sagemaker.CfnFeatureGroup:
        store = artefacts.s3_url_for_object(s3_keys.FEATURE_STORE)
        return sagemaker.CfnFeatureGroup(
            self,
            "Group",
            feature_group_name=settings.feature_group,
            record_identifier_feature_name=SCHEMA.identifier.name,
            event_time_feature_name=SCHEMA.event_time.name,
            feature_definitions=[
                sagemaker.CfnFeatureGroup.FeatureDefinitionProperty(
                    feature_name=name, feature_type=kind
                )
                for name, kind in SCHEMA.types.items()
            ],
            role_arn=role.role_arn,
            online_store_config={
                "EnableOnlineStore": True,
                "SecurityConfig": {"KmsKeyId": key.key_arn},
            },
            offline_store_config={
                "S3StorageConfig": {"S3Uri": store, "KmsKeyId": key.key_arn},
                "DataCatalogConfig": {
                    "Catalog": "AwsDataCatalog",
                    "Database": settings.catalog_name,
                    "TableName": settings.feature_table,
                },
            },
        )

    def _workgroup(
        self, *, settings: Settings, key: kms.IKey, artefacts: s3.IBucket
    ) -> athena.CfnWorkGroup:
        results = athena.CfnWorkGroup.ResultConfigurationProperty(
            output_location=artefacts.s3_url_for_object(f"{s3_keys.ATHENA}/"),
            encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                encryption_option="SSE_KMS", kms_key=key.key_arn
            ),
        )
        return athena.CfnWorkGroup(
            self,
            "WorkGroup",
            name=settings.name,
            recursive_delete_option=True,
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                result_configuration=results,
                # Clients can neither write results elsewhere nor turn encryption off.
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
            ),
        )
