"""The instance types of the training job."""

import pytest


@pytest.mark.parametrize(("waits", "chosen"), [(0, "a"), (1, "b"), (2, "a")])
def test_each_lack_of_instances_leads_to_the_next_type(load, waits: int, chosen: str) -> None:
    template = {"ResourceConfig": {"InstanceType": "a", "InstanceCount": 1}}
    request = load("start_training").with_type(template, ["a", "b"], waits)
    assert request == {"ResourceConfig": {"InstanceType": chosen, "InstanceCount": 1}}
    assert template["ResourceConfig"]["InstanceType"] == "a"
