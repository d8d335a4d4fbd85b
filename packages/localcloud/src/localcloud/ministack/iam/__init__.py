"""IAM: off until it is enforced, and then for every session of a role.

The person at the keyboard, and localcloud itself, use the account's root key and may do everything.
"""

from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.iam.authority import Authority
from localcloud.iam.decisions import DecisionLog
from localcloud.ministack.iam import evaluator as decisions
from localcloud.ministack.iam import resources
from localcloud.ministack.iam.callers import StateMachines, functions_log_with_their_role
from localcloud.ministack.iam.guards import Guards
from localcloud.ministack.iam.queries import QueryGuard
from localcloud.ministack.iam.switch import Switch

__all__ = ["install"]


def install(cloud: Cloud, app: Any) -> Any:
    """To be called last: it goes around the other seams. Returns an ASGI application."""
    from ministack.core import iam_actions, iam_evaluator, lambda_runtime
    from ministack.services import athena, glue, kms, lambda_svc, s3, stepfunctions, sts

    log = DecisionLog(cloud.data_dir)
    decisions.write_down(iam_evaluator, log)
    decisions.name_statements(iam_evaluator)
    decisions.loopback_is_secure(app, iam_evaluator)
    decisions.say_what_is_denied(iam_actions)
    resources.name_as_aws_does(iam_actions)
    key_arn = decisions.make_key_arn(kms, cloud.region, cloud.account)
    judge = decisions.make_judge(app, iam_evaluator, iam_actions, key_arn)
    guards = Guards(app, judge)
    for service, guard in (
        ("s3", guards.objects),
        ("sns", guards.topics),
        ("glue", guards.catalog),
    ):
        guards.put_around(service, guard)
    QueryGuard(guards, athena, glue, s3).install()
    functions_log_with_their_role(lambda_svc, lambda_runtime, judge)
    StateMachines(app, stepfunctions, sts, judge).install()
    return Switch(cloud.service(Authority), app, lambda_runtime, judge, log).application(app.app)
