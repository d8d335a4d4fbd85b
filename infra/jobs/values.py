"""The values of a job that only a deployment or an execution has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contract.hyperparameters import OVERRIDABLE, Hyperparameter


@dataclass(frozen=True, kw_only=True)
class Values:
    """The values of a job that its environment's settings do not have; by default, placeholders."""

    role: str = "role/{role}"  # the slash keeps the SDK from asking IAM for the role's ARN
    key: str = "{key}"
    feature_group: str = "{feature_group}"
    run_prefix: str = "s3://{run_prefix}"  # the SDK accepts no URI without a scheme
    code: str = "s3://{code}"
    reviews: str = "s3://{reviews}"
    features: str = "s3://{features}"
    model_data: str = "s3://{model_data}"
    scoring_input: str = "s3://{input}"
    scoring_output: str = "s3://{output}"
    capture: str = "s3://{capture}"
    drift_prefix: str = "s3://{drift_prefix}"
    baseline: str = "s3://{baseline}"
    wheels: str = "s3://{wheels}"
    subnets: Sequence[str] = ("{subnets}",)
    security_groups: Sequence[str] = ("{security_groups}",)
    base_model: str = "{base_model}"
    event_time: str = "{event_time}"
    text_column: str = "{text_column}"
    rating_column: str = "{rating_column}"
    title_column: str = "{title_column}"
    max_rejected_share: str = "{max_rejected_share}"
    hyperparameters: Mapping[str, str] = field(
        default_factory=lambda: {name: f"{{{name}}}" for name in OVERRIDABLE}
    )


def hyperparameters(table: Mapping[str, Hyperparameter], values: Values) -> dict[str, str]:
    """Argument → value, in the order of the table."""
    return {one.argument: values.hyperparameters[name] for name, one in table.items()}
