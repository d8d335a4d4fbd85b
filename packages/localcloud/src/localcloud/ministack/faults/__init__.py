"""Faults around ministack's services and our own: nothing but one look at a flag while none is set.

Hit are requests, the calls of state machines, what templates create, invocations of functions, and
the search for machines. Not hit are calls that AWS makes for itself, and tasks on state machines'
own integrations other than Lambda's and SageMaker's.
"""

from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.faults.registry import Faults
from localcloud.ministack.faults import control, functions, requests, templates
from localcloud.ministack.faults.state_machines import StateMachines

__all__ = ["install"]


def install(cloud: Cloud, app: Any, application: Any) -> Any:
    """To be called after all others, whose seams it goes around. Returns an ASGI application."""
    from ministack.core import iam_actions, lambda_runtime
    from ministack.services import lambda_svc, stepfunctions
    from ministack.services.cloudformation import provisioners

    set_faults = cloud.service(Faults)
    requests.hit(set_faults, app, iam_actions)
    StateMachines(set_faults, app, stepfunctions).install()
    functions.hit(set_faults, lambda_runtime)
    templates.hit(set_faults, provisioners)
    application = requests.lose_answers(set_faults, application)
    return control.Control(cloud, lambda_svc).application(application)
