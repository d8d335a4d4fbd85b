"""Every patch of ministack, in the order in which they are applied.

Where several rows have the same target, a later one goes around what an earlier one has made.
"""

from localcloud.ministack import (
    aborting,
    athena_files,
    athena_queries,
    athena_workgroups,
    budgets,
    cloudformation,
    cloudwatch,
    encryption,
    lambda_functions,
    redrives,
    retries,
    s3,
    sagemaker,
    sagemaker_tasks,
    schedules,
    stepfunctions,
    tagging,
    task_tokens,
    time_zones,
)
from localcloud.ministack.faults import functions, requests, state_machines, templates
from localcloud.ministack.iam import (
    boundaries,
    callers,
    conditions,
    decisions,
    denials,
    guards,
    queries,
    resources,
)
from localcloud.ministack.patch import Patch

_SERVICES: tuple[Patch, ...] = (
    *sagemaker.PATCHES,
    *stepfunctions.PATCHES,
    *aborting.PATCHES,
    *retries.PATCHES,
    *task_tokens.PATCHES,
    *redrives.PATCHES,
    *sagemaker_tasks.PATCHES,
    *tagging.PATCHES,
    *lambda_functions.PATCHES,
    *cloudwatch.PATCHES,
    *s3.PATCHES,
    *encryption.PATCHES,
    *athena_files.PATCHES,
    *athena_queries.PATCHES,  # a statement is checked before its result has a file
    *athena_workgroups.PATCHES,
    *cloudformation.PATCHES,
    *schedules.PATCHES,
    *budgets.PATCHES,
    *time_zones.PATCHES,
)
_IAM: tuple[Patch, ...] = (
    *boundaries.PATCHES,
    *decisions.PATCHES,
    *conditions.PATCHES,
    *denials.PATCHES,
    *resources.PATCHES,
    *guards.PATCHES,
    *queries.PATCHES,
    *callers.PATCHES,
)
_FAULTS: tuple[Patch, ...] = (
    *requests.PATCHES,
    *state_machines.PATCHES,
    *functions.PATCHES,
    *templates.PATCHES,
)
# Later patches wrap earlier ones: faults are injected before permissions are checked, and
# permissions are checked before the service is called.
PATCHES = (*_SERVICES, *_IAM, *_FAULTS)
