"""The environment variables of a function."""

import pytest

from shared.environment import Environment, MissingVariable
from tests.lambdas.conftest import VARIABLES


def test_a_missing_variable_is_named() -> None:
    variables = {name: value for name, value in VARIABLES.items() if name != "GLUE_TABLE"}
    with pytest.raises(MissingVariable, match="GLUE_TABLE is not set"):
        Environment.read(variables)
