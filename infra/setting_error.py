"""The error of an invalid setting."""

from typing import Self


class SettingsError(ValueError):
    """A setting has an invalid value; the text has its name, the value and what is allowed."""

    def __init__(self, *, name: str, value: object, allowed: str, where: str = "") -> None:
        """`where` it stands is empty where that is not known."""
        place = f"{where}: " if where else ""
        super().__init__(f"{place}{name}={value!r}: allowed is {allowed}")
        self.name, self.value, self.allowed = name, value, allowed

    def at(self, where: str) -> Self:
        return type(self)(name=self.name, value=self.value, allowed=self.allowed, where=where)
