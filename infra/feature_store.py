"""The Feature Group with its online and offline store, and the way to query it."""

from aws_cdk import Stack
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra.settings import Settings

RECORD_ID, EVENT_TIME = "review_id", "date"
FEATURES = {
    RECORD_ID: "String",
    EVENT_TIME: "String",
    "sentiment": "Integral",
    "label_id": "Integral",
    "input_ids": "String",
    "review_body": "String",
    "split_type": "String",
}


class FeatureStore(Construct):
    """One row a review. Names are fixed, so that queries can be written down."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        key: kms.IKey,
        artefacts: s3.IBucket,
    ) -> None:
        super().__init__(scope, id_)
        database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=Stack.of(self).account,
            database_input=glue.CfnDatabase.DatabaseInputProperty(name=settings.catalog_name),
        )
        role = self._role(settings=settings, artefacts=artefacts)
        self.group = self._group(settings=settings, key=key, artefacts=artefacts, role=role)
        self.group.add_resource_dependency(database)
        self.group.node.add_dependency(role)
        self.workgroup = self._workgroup(settings=settings, key=key, artefacts=artefacts)

    def _role(self, *, settings: Settings, artefacts: s3.IBucket) -> iam.Role:
        """What the Feature Store itself may do: write the offline store and its table."""
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        artefacts.grant_read_write(role, "feature-store/*")
        role.add_to_policy(
            iam.PolicyStatement(actions=["s3:GetBucketAcl"], resources=[artefacts.bucket_arn])
        )
        stack = Stack.of(self)
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["glue:GetTable", "glue:CreateTable", "glue:UpdateTable"],
                resources=[
                    stack.format_arn(service="glue", resource=resource)
                    for resource in (
                        "catalog",
                        f"database/{settings.catalog_name}",
                        f"table/{settings.catalog_name}/{settings.catalog_name}",
                    )
                ],
            )
        )
        return role

    def _group(
        self, *, settings: Settings, key: kms.IKey, artefacts: s3.IBucket, role: iam.Role
    ) -> sagemaker.CfnFeatureGroup:
        store = artefacts.s3_url_for_object("feature-store")
        return sagemaker.CfnFeatureGroup(
            self,
            "Group",
            feature_group_name=settings.name,
            record_identifier_feature_name=RECORD_ID,
            event_time_feature_name=EVENT_TIME,
            feature_definitions=[
                sagemaker.CfnFeatureGroup.FeatureDefinitionProperty(
                    feature_name=name, feature_type=kind
                )
                for name, kind in FEATURES.items()
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
                    "TableName": settings.catalog_name,
                },
            },
        )

    def _workgroup(
        self, *, settings: Settings, key: kms.IKey, artefacts: s3.IBucket
    ) -> athena.CfnWorkGroup:
        results = athena.CfnWorkGroup.ResultConfigurationProperty(
            output_location=artefacts.s3_url_for_object("athena/"),
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
                enforce_work_group_configuration=False,
                publish_cloud_watch_metrics_enabled=True,
            ),
        )
