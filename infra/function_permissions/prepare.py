"""The permissions of the function Prepare."""

from collections.abc import Iterator

from aws_cdk import aws_iam as iam

from contract import s3_keys
from infra.function_permissions.promotion import may_read_sources
from infra.function_permissions.resources import Resources
from infra.function_permissions.shared import may_find_champion
from infra.permissions import allow


def prepare(own: Resources) -> list[iam.PolicyStatement]:
    return [
        *_may_check(own),
        *_may_look_at_models(own),
    ]


def _may_check(own: Resources) -> Iterator[iam.PolicyStatement]:
    """The input, the account, and whether an earlier run has done the same; it writes the document
    of the run and its code."""
    data, artefacts = own.storage.data, own.storage.artefacts
    # With ListBucket a missing object answers 404 and not 403.
    yield allow("s3:ListBucket", on=[data.bucket_arn, artefacts.bucket_arn])
    yield allow("s3:GetObject", on=[data.arn_for_objects("*")])
    yield allow("s3:GetObject", "s3:PutObject", on=[own.objects(s3_keys.CODE)])
    yield allow("s3:GetObject", "s3:PutObject", on=[own.document(s3_keys.RUN)])
    yield allow("s3:GetObject", on=[own.objects(s3_keys.REUSE)])
    yield allow("kms:Decrypt", "kms:GenerateDataKey", on=[own.key])
    # The lists of quotas have no resource types.
    yield allow(
        "servicequotas:ListServiceQuotas", "servicequotas:ListAWSDefaultServiceQuotas", on=["*"]
    )
    # To see whether there is an endpoint that the run will update.
    yield allow("sagemaker:DescribeEndpoint", on=[own.endpoint])


def _may_look_at_models(own: Resources) -> Iterator[iam.PolicyStatement]:
    """To find the version of a rollback, whose evaluation becomes that of the run; to look at a
    model of another environment; and to find this environment's newest run, on whose test split
    that is evaluated."""
    yield from may_find_champion(own)
    yield allow("s3:GetObject", "s3:PutObject", on=[own.of_runs(s3_keys.EVALUATION)])
    if own.settings.promotion.sources:
        yield may_read_sources(own)
    if own.settings.promotion.evaluation:
        yield allow("states:ListExecutions", on=[own.state_machine])
