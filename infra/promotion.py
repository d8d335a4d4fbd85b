"""The role with which other environments read this environment's approved models.

Only two functions of each of these environments may assume it (contract/names.py names their
roles): Prepare, which looks at the model, and CopyModel, which copies it. IAM refuses a trust
policy that names a role which does not exist yet, and the other environment may be deployed later,
so the policy names its account, and the roles in a condition.
"""

from collections.abc import Mapping

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from contract import s3_keys
from contract.names import function_name, promotion_role
from infra.permissions import allow, grant, model_package_arns
from infra.settings import Peer, Settings
from infra.storage import Storage

READERS = ("prepare", "copy_model")  # the functions in lambdas/


class PromotionRole(Construct):
    """The role for the targets of `settings.promotion`, of which there is at least one."""

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, storage: Storage) -> None:
        super().__init__(scope, id_)
        targets = (_principal(peer) for peer in settings.promotion.targets)
        role = iam.Role(
            self,
            "Role",
            role_name=promotion_role(settings.name),
            assumed_by=iam.CompositePrincipal(*targets),
        )
        artefacts, run = storage.artefacts, s3_keys.run_prefix("*")
        keys = (
            f"{run}/{s3_keys.RUN}",
            f"{run}/{s3_keys.TRAINING}/*",
            f"{run}/{s3_keys.EVALUATION}/*",
            f"{s3_keys.CODE}/*",
        )
        statements = [
            allow(
                "sagemaker:ListModelPackages",
                "sagemaker:DescribeModelPackage",
                on=model_package_arns(self, settings.name),
            ),
            # With ListBucket a missing object answers 404 and not 403.
            allow("s3:ListBucket", on=[artefacts.bucket_arn]),
            allow("s3:GetObject", on=[artefacts.arn_for_objects(key) for key in keys]),
            allow("kms:Decrypt", on=[storage.key.key_arn]),
        ]
        grant(role, statements)


def source_role_arns(settings: Settings) -> list[str]:
    """The ARN of the role of each source."""
    return [_role_arn(peer, promotion_role(peer.name)) for peer in settings.promotion.sources]


def sources(settings: Settings) -> Mapping[str, Mapping[str, str]]:
    """What the functions need to read the models of each source, by the environment's name."""
    return {
        peer.environment: {
            "role": _role_arn(peer, promotion_role(peer.name)),
            "region": peer.region,
            "group": peer.name,
        }
        for peer in settings.promotion.sources
    }


def _principal(peer: Peer) -> iam.IPrincipal:
    readers = [_role_arn(peer, function_name(peer.name, folder)) for folder in READERS]
    conditions = {"ArnEquals": {"aws:PrincipalArn": readers}}
    return iam.AccountPrincipal(peer.account or Aws.ACCOUNT_ID).with_conditions(conditions)


def _role_arn(peer: Peer, name: str) -> str:
    return f"arn:{Aws.PARTITION}:iam::{peer.account or Aws.ACCOUNT_ID}:role/{name}"
