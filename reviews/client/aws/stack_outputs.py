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
        """From CloudFormation's output keys. Raises NotDeployed, which names the missing keys."""
        keys = {field: _output_key(field) for field in cls.__dataclass_fields__}
        missing = sorted(set(keys.values()) - outputs.keys())
        if missing:
            raise NotDeployed(f"Stack {stack} has no output {', '.join(missing)}: deploy it again.")
        return cls(**{field: outputs[key] for field, key in keys.items()})


def _output_key(field: str) -> str:
    return "".join(word.capitalize() for word in field.split("_"))


def read(cloudformation: Any, settings: Settings) -> StackOutputs:
    """The outputs of the environment's Pipeline stack. Raises NotDeployed if there is none."""
    stack = stack_name(settings.name, "Pipeline")
    try:
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        deploy = reviews_command("deploy", env=settings.environment)
        raise NotDeployed(f"There is no stack {stack} here. Deploy it: {deploy}") from error
    outputs = {item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", [])}
    return StackOutputs.from_outputs(outputs, stack=stack)
