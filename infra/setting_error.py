"""How a setting that cannot be is refused."""


class SettingsError(ValueError):
    """A setting has a value that it cannot have."""

    def __init__(self, *, name: str, value: object, allowed: str) -> None:
        super().__init__(f"{name}={value!r}: allowed is {allowed}")
        self.name, self.value, self.allowed = name, value, allowed
