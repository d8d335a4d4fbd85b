"""The form that starts a run: its fields, and what is wrong with their values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from contract.hyperparameters import OVERRIDABLE
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument, ReviewsError
from reviews.client.runs import execution, run_input

FILE, NAME, DETECT = "file", "name", "detect_columns"


class InvalidFields(ReviewsError):
    """`fields` has a sentence for each field with an invalid value."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in fields.items()))
        self.fields = dict(fields)


@dataclass(frozen=True, kw_only=True)
class StartForm:
    """What a run is started with, beside the content of its file."""

    file_name: str
    name: str
    detect_columns: bool
    document: dict[str, Any]  # the input of the execution, without `reviews`

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "StartForm":
        """Reads the form's texts by field: the three above, and fields of `reviews run --set`.

        Raises InvalidFields with all fields that are invalid.
        """
        texts = {name: text for name, text in given.items() if name not in (FILE, NAME, DETECT)}
        name, file_name = given.get(NAME, ""), given.get(FILE, "")
        reasons = {NAME: _reason_of_name(name), FILE: _reason_of_file_name(file_name)}
        reasons |= {path: _reason(path, text) for path, text in texts.items()}
        if invalid := {field: reason for field, reason in reasons.items() if reason}:
            raise InvalidFields(invalid)
        return cls(
            file_name=file_name,
            name=name,
            detect_columns=given.get(DETECT) == "true",
            document=run_input.parse_fields(f"{path}={text}" for path, text in texts.items()),
        )


def fields(environment: Environment) -> dict[str, Any]:
    """The fields with the values of the environment's settings."""
    settings = environment.settings
    return {
        "columns": {f"columns.{role}": name for role, name in asdict(settings.columns).items()},
        "base_model": environment.outputs.base_model,
        "max_rejected_share": settings.max_rejected_share,
        "training": [
            {
                "name": f"training.{name}",
                "value": getattr(settings.recipe, name),
                "meaning": one.meaning,
                "allowed": one.allowed,
            }
            for name, one in OVERRIDABLE.items()
        ],
    }


def _reason_of_name(name: str) -> str:
    """Why no execution can have this name; empty if one can."""
    try:
        execution.check_name(name)
    except InvalidArgument as error:
        return str(error)
    return ""


def _reason_of_file_name(name: str) -> str:
    if not name:
        return "Choose a file of reviews."
    if "/" in name or "\0" in name or name in (".", ".."):
        return f"{name!r} is not the name of a file."
    return ""


def _reason(path: str, text: str) -> str:
    """Why a field of --set cannot have this value; empty if it can."""
    assignment = f"{path}={text}"
    try:
        run_input.parse_fields([assignment])
    except InvalidArgument as error:
        return str(error).removeprefix(f"--set {assignment}: ")
    return ""
