"""The outputs of an environment's Pipeline stack."""

from dataclasses import dataclass
from typing import Any, Self

from botocore.exceptions import ClientError

from contract.names import stack_name
from infra.settings import Settings
from reviews.client.errors import NotDeployed
from reviews.client.shell import reviews_command


@dataclass(frozen=True, kw_only=True)
class StackOutputs:
    """The outputs of the stack {name}-Pipeline; names and ARNs, as CloudFormation has them."""

    state_machine_arn: str
    data_bucket: str
    artefact_bucket: str
    feature_group: str
    endpoint_name: str
    athena_work_group: str
    glue_database: str
    glue_table: str
    base_model: str  # a model hub's name, or an s3:// prefix

    @classmethod
    def from_outputs(cls, outputs: dict[str, str], *, stack: str) -> Self:
        """Reads CloudFormation's output keys. Raises NotDeployed, which names the missing keys."""
        keys = {field: _output_key(field) for field in cls.__dataclass_fields__}
        missing = sorted(set(keys.values()) - outputs.keys())
        if missing:
            raise NotDeployed(f"Stack {stack} has no output {', '.join(missing)}: deploy it again.")
        return cls(**{field: outputs[key] for field, key in keys.items()})


def _output_key(field: str) -> str:
    return "".join(word.capitalize() for word in field.split("_"))


def read(cloudformation: Any, settings: Settings) -> StackOutputs:
    """The outputs of the environment's Pipeline stack. Raises NotDeployed if there is none."""
    name = stack_name(settings.name, "Pipeline")
    stack = find_stack(cloudformation, name)
    if not stack:
        deploy = reviews_command("deploy", env=settings.environment)
        raise NotDeployed(f"There is no stack {name} here. Deploy it: {deploy}")
    return StackOutputs.from_outputs(outputs_of(stack), stack=name)


def find_stack(cloudformation: Any, name: str) -> dict[str, Any]:
    """The stack as DescribeStacks returns it; empty if there is no such stack."""
    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        return {}
    stack: dict[str, Any] = found[0]
    return stack


def outputs_of(stack: dict[str, Any]) -> dict[str, str]:
    """Key → value of the outputs of a stack as DescribeStacks returns it."""
    return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
