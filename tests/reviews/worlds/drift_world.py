"""An environment `dev` that captures requests, and whose drift reports are made at once."""

import json
from datetime import timedelta
from typing import Any

from tests.drift_reports import document
from tests.fake_aws import Refused
from tests.reviews.worlds.endpoint_world import NOW
from tests.reviews.worlds.runs_world import RunsWorld

_EXECUTION = "arn:aws:states:us-east-1:1:execution:reviews-dev-drift:"
FAILURE = "there is no endpoint reviews-dev: start it, or start a run"


class DriftWorld(RunsWorld):
    """`drifted` are the quantities of the next report."""

    def __init__(self) -> None:
        super().__init__()
        self.drifted: tuple[str, ...] = ()
        self.ending = "SUCCEEDED"  # or FAILED
        self.inputs: dict[str, Any] = {}
        self.running: list[str] = []  # names of executions that ListExecutions has as such
        self.is_deployed = True

    def keep(self, name: str, *drifted: str, **changes: Any) -> None:
        """A report of this name."""
        body = json.dumps(document(*drifted, **changes)).encode()
        self.objects[f"drift/{name}/report/report.json"] = body
        self.objects[f"drift/{name}/report/report.html"] = b"<!doctype html>"
        self.objects[f"drift/{name}/manifest.json"] = b"[]"

    def start_execution(self, stateMachineArn: str, name: str, input: str) -> dict[str, Any]:  # noqa: A002
        assert stateMachineArn.endswith(":stateMachine:reviews-dev-drift")
        if not self.is_deployed:
            raise Refused("StateMachineDoesNotExist", "State Machine Does Not Exist")
        self.inputs[name] = json.loads(input)
        if self.ending == "SUCCEEDED":
            self.keep(f"20261124T180000Z-{name}", *self.drifted)
        return {"executionArn": _EXECUTION + name, "startDate": NOW}

    def list_executions(self, **_: Any) -> dict[str, Any]:
        if not self.is_deployed:
            raise Refused("StateMachineDoesNotExist", "State Machine Does Not Exist")
        return {
            "executions": [
                {
                    "executionArn": _EXECUTION + name,
                    "stateMachineArn": "arn",
                    "name": name,
                    "status": "RUNNING" if name in self.running else self.ending,
                    "startDate": NOW,
                }
                for name in reversed(self.inputs)
            ]
        }

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        self.on_describe()
        name = executionArn.removeprefix(_EXECUTION)
        found = {
            "executionArn": executionArn,
            "stateMachineArn": "arn",
            "name": name,
            "status": self.ending,
            "startDate": NOW,
            "stopDate": NOW + timedelta(minutes=4),
        }
        if self.ending == "SUCCEEDED":
            return found | {"output": json.dumps({"report": f"20261124T180000Z-{name}"})}
        return found | {
            "error": "DriftReportFailed",
            "cause": json.dumps({"errorMessage": FAILURE}),
        }
