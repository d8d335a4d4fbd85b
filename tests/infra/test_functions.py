"""What a function gets is not more than Lambda takes."""

import json

import pytest

from infra import functions
from infra.setting_error import SettingsError
from tests.infra.conftest import Synthesised

LIMIT = 4096


def test_variables_are_measured_as_json() -> None:
    """With the quotation marks of the JSON that a variable has."""
    name, value = "LABELS", json.dumps(["a"] * 100)
    rest = LIMIT - len(json.dumps({name: value, "REST": ""}, separators=(",", ":")))
    functions.check_variables({name: value, "REST": "x" * rest})
    with pytest.raises(SettingsError, match=r"base_model='4097 bytes': allowed is what makes at"):
        functions.check_variables({name: value, "REST": "x" * (rest + 1)})


def test_what_is_known_at_the_deployment_counts_with_its_length() -> None:
    account = "${Token[AWS.AccountId.4]}"
    with pytest.raises(SettingsError, match="bytes of variables of a function"):
        functions.check_variables({"BUCKET": account * (LIMIT // 64)})


def test_the_variables_of_every_environment_leave_room_for_more_classes(
    synthesised: Synthesised,
) -> None:
    for environment in ("dev", "staging", "prod"):
        made = synthesised.resources(environment, "Pipeline", "AWS::Lambda::Function")
        for name, function in made.items():
            variables = function["Properties"].get("Environment", {}).get("Variables", {})
            assert len(json.dumps(variables, separators=(",", ":"))) < LIMIT - 1500, name
