"""The modules of ministack, as one embedded AWS uses them, and the setting that it changes."""

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Self

from localcloud.core.cloud import Cloud
from localcloud.faults.registry import Faults
from localcloud.iam.decisions import DecisionLog

_THREADS = 64  # operations that may be under way at once; an invocation holds one while it waits


_MODULES = {
    "app": "app",
    "athena": "services.athena",
    "cloudwatch": "services.cloudwatch",
    "evaluator": "core.iam_evaluator",
    "functions": "services.lambda_svc",
    "glue": "services.glue",
    "groups": "services.resource_groups",
    "iam": "services.iam",
    "iam_actions": "core.iam_actions",
    "kms": "services.kms",
    "provisioners": "services.cloudformation.provisioners",
    "router": "core.router",
    "runtime": "core.lambda_runtime",
    "s3": "services.s3",
    "sns": "services.sns",
    "stack_store": "services.cloudformation",
    "stacks": "services.cloudformation.stacks",
    "states": "services.stepfunctions",
    "sts": "services.sts",
    "tagging": "services.tagging",
}


@dataclass(frozen=True)
class Ministack:
    """What patches are given. They replace private names, of which there are no types."""

    cloud: Cloud
    threads: Executor  # of SageMaker's operations
    decisions: DecisionLog
    app: Any
    athena: Any
    cloudwatch: Any
    evaluator: Any
    functions: Any
    glue: Any
    groups: Any
    iam: Any
    iam_actions: Any
    kms: Any
    provisioners: Any
    router: Any
    runtime: Any
    s3: Any
    sns: Any
    stack_store: Any
    stacks: Any
    states: Any
    sts: Any
    tagging: Any

    @classmethod
    def load(cls, cloud: Cloud) -> Self:
        """Imports them, which reads ministack's settings. Raises ImportError."""
        return cls(
            cloud=cloud,
            threads=ThreadPoolExecutor(_THREADS, thread_name_prefix="sagemaker"),
            decisions=DecisionLog(cloud.data_dir),
            **{name: import_module(f"ministack.{path}") for name, path in _MODULES.items()},
        )

    @property
    def faults(self) -> Faults:
        return self.cloud.service(Faults)

    @property
    def is_enforced(self) -> bool:
        """Whether IAM is."""
        return bool(self.app.AUTH)

    def enforce(self, *, enforced: bool) -> None:
        """Sets what ministack reads from its setting when it starts."""
        self.app.AUTH = enforced
