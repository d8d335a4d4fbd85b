"""The form of each group of settings: a frozen dataclass whose values have the annotated types."""

from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar, cast, dataclass_transform

from pydantic import ConfigDict, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

from infra.setting_error import SettingsError

_Group = TypeVar("_Group")
_STRICT = ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=True)
_IN_WORDS = {
    "bool_type": "True or False",
    "float_type": "a number",
    "int_type": "a whole number",
    "sequence_str": "a list, such as ['...']",
    "string_type": "a text in quotation marks",
}


@dataclass_transform(frozen_default=True, kw_only_default=True)
def settings_group(cls: type[_Group]) -> type[_Group]:
    """A decorator that makes the class a dataclass. A value of another type or without a name, an
    unknown name and a missing one raise SettingsError, like what its __post_init__ refuses."""
    made = dataclass(cls, frozen=True, kw_only=True, config=_STRICT)
    checked = made.__init__

    @wraps(checked)
    def init(self: Any, *nameless: object, **values: Any) -> None:
        if nameless:
            raise SettingsError(name=cls.__name__, value=nameless, allowed="NAME=VALUE for each")
        try:
            checked(self, **values)
        except ValidationError as error:
            raise _of(made, error.errors()[0]) from None

    made.__init__ = init  # type: ignore[method-assign]
    return cast("type[_Group]", made)


def _of(cls: Any, found: ErrorDetails) -> SettingsError:
    raised = found.get("ctx", {}).get("error")
    if isinstance(raised, SettingsError):
        return raised
    name, kind = str(found["loc"][0]), found["type"]
    if kind == "missing":
        return SettingsError(name=name, value=None, allowed="a value: the setting has no default")
    if kind == "unexpected_keyword_argument":
        names = ", ".join(field.name for field in fields(cls))
        return SettingsError(name=name, value=found["input"], allowed=f"one of {names}")
    allowed = _IN_WORDS.get(kind) or found["msg"].removeprefix("Input should be ")
    return SettingsError(name=name, value=found["input"], allowed=allowed)
