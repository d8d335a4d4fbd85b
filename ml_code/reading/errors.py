"""What is wrong with a file or a setting of the user."""


class UserError(Exception):
    """A mistake in data or settings; its text names the field, the value and what is allowed."""
