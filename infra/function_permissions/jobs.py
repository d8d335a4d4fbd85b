"""The permissions of the functions that start the jobs of a run."""

from aws_cdk import aws_iam as iam

from contract import s3_keys
from contract.steps import JobKind
from infra.function_permissions.resources import Resources
from infra.function_permissions.shared import may_find_champion, may_pass_role
from infra.permissions import allow


def start_processing(own: Resources, role: iam.IRole) -> list[iam.PolicyStatement]:
    return _start_job(own, JobKind.PROCESSING, role)


def start_training(own: Resources, role: iam.IRole) -> list[iam.PolicyStatement]:
    return _start_job(own, JobKind.TRAINING, role)


def start_evaluation(own: Resources, role: iam.IRole) -> list[iam.PolicyStatement]:
    return [
        *_start_job(own, JobKind.PROCESSING, role),
        *may_find_champion(own),
        allow("s3:PutObject", on=[own.objects(s3_keys.REUSE)]),
        allow("kms:GenerateDataKey", on=[own.key]),
    ]


def _start_job(own: Resources, kind: JobKind, role: iam.IRole) -> list[iam.PolicyStatement]:
    actions = (f"sagemaker:{verb}{kind.title}Job" for verb in ("Create", "Describe"))
    return [
        allow(*actions, "sagemaker:AddTags", on=[own.named(f"{kind.value}-job")]),
        *may_pass_role(own, role),
    ]
