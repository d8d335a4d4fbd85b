"""The error of an invalid setting."""


class SettingsError(ValueError):
    """A setting has an invalid value; the text has its name, the value and what is allowed."""

    def __init__(self, *, name: str, value: object, allowed: str) -> None:
        super().__init__(f"{name}={value!r}: allowed is {allowed}")
        self.name, self.value, self.allowed = name, value, allowed
