"""The modules of ministack that patches use, and the region and account of a request."""

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from localcloud.core.cloud import Cloud
from localcloud.core.regions import Regions
from localcloud.faults.registry import Faults
from localcloud.iam.authorization import Authorization, EvaluatePolicies, PolicyEvaluation
from localcloud.iam.decisions import DecisionLog

_THREADS = 64  # concurrent operations; an invocation holds a thread while it waits


_MODULES = {
    "app": "app",
    "athena": "services.athena",
    "budgets": "services.budgets",
    "cloudwatch": "services.cloudwatch",
    "evaluator": "core.iam_evaluator",
    "eventbridge": "services.eventbridge",
    "functions": "services.lambda_svc",
    "glue": "services.glue",
    "groups": "services.resource_groups",
    "iam": "services.iam",
    "iam_actions": "core.iam_actions",
    "kms": "services.kms",
    "provisioners": "services.cloudformation.provisioners",
    "responses": "core.responses",
    "router": "core.router",
    "runtime": "core.lambda_runtime",
    "s3": "services.s3",
    "scheduler": "services.scheduler",
    "sns": "services.sns",
    "stack_store": "services.cloudformation",
    "stacks": "services.cloudformation.stacks",
    "states": "services.stepfunctions",
    "sts": "services.sts",
    "tagging": "services.tagging",
}


@dataclass(frozen=True)
class Ministack:
    """The argument of all patches. The modules are Any: private names have no types."""

    regions: Regions
    threads: Executor  # of SageMaker's operations
    decisions: DecisionLog
    app: Any
    athena: Any
    budgets: Any
    cloudwatch: Any
    evaluator: Any
    eventbridge: Any
    functions: Any
    glue: Any
    groups: Any
    iam: Any
    iam_actions: Any
    kms: Any
    provisioners: Any
    responses: Any
    router: Any
    runtime: Any
    s3: Any
    scheduler: Any
    sns: Any
    stack_store: Any
    stacks: Any
    states: Any
    sts: Any
    tagging: Any

    @classmethod
    def load(cls, regions: Regions) -> Self:
        """Imports the modules, which read their settings then. Raises ImportError."""
        return cls(
            regions=regions,
            threads=ThreadPoolExecutor(_THREADS, thread_name_prefix="sagemaker"),
            decisions=DecisionLog(regions.home.data_dir),
            **{name: import_module(f"ministack.{path}") for name, path in _MODULES.items()},
        )

    @property
    def region(self) -> str:
        """The region of the request, stack or execution of this thread or task."""
        return str(self.responses.get_region())

    @property
    def cloud(self) -> Cloud:
        """The Cloud of that region. Raises AwsError for a region that does not exist."""
        return self.regions.cloud(self.region)

    @property
    def data_dir(self) -> Path:
        """The data folder of the embedded AWS."""
        return self.regions.home.data_dir

    @property
    def account(self) -> str:
        """The account of all regions."""
        return self.regions.home.account

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    @property
    def faults(self) -> Faults:
        """The faults of all regions."""
        return self.regions.home.service(Faults)

    @property
    def authorization(self) -> Authorization:
        """Authorizes actions in this region."""
        return self.cloud.service(Authorization)

    @property
    def is_enforced(self) -> bool:
        """Whether IAM is enforced."""
        return bool(self.app.AUTH)

    def enforce(self, evaluate: EvaluatePolicies | None) -> None:
        """Enforces IAM in all services from now on; None allows every action."""
        self.app.AUTH = evaluate is not None  # what ministack reads from its settings at the start
        self.regions.home.service(PolicyEvaluation).evaluate = evaluate
