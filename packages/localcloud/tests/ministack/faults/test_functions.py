"""Functions that are killed or take too long."""

import json
from typing import Any

from localcloud.server import LocalCloud
from worlds.execution_world import BUCKET, World
from worlds.faulty_cloud import Clients, make_function


def invoke(functions: Any, function: str, **event: Any) -> tuple[str | None, Any]:
    response = functions.invoke(
        FunctionName=function, Payload=json.dumps({"bucket": BUCKET, **event})
    )
    return response.get("FunctionError"), json.loads(response["Payload"].read())


def test_a_killed_function_has_worked_but_not_answered(
    cloud: LocalCloud, world: World, client: Clients, function: str
) -> None:
    cloud.faults.add("kill", f"lambda:{function}")
    kind, body = invoke(client("lambda"), function, key="killed")
    assert (kind, body["errorType"]) == ("Unhandled", "Runtime.ExitError")
    assert body["errorMessage"].startswith("RequestId: ")
    assert body["errorMessage"].endswith(" Error: Runtime exited with error: signal: killed")
    assert world.read("killed") == b"done"
    assert invoke(client("lambda"), function, key="killed") == (None, "answer")


def test_a_function_is_killed_in_the_midst_of_its_work(
    cloud: LocalCloud, world: World, client: Clients
) -> None:
    function = make_function(world, "hangs", timeout=900)
    # Not at once: a worker that is dead before it has its event is started anew, and works.
    cloud.faults.add("kill", f"lambda:{function}", seconds=1)
    kind, body = invoke(client("lambda"), function, key="midst", hangs=True)
    assert (kind, body["errorType"]) == ("Unhandled", "Runtime.ExitError")
    assert world.keys("midst") == []


def test_a_function_takes_too_long(
    cloud: LocalCloud, world: World, client: Clients, function: str
) -> None:
    cloud.faults.add("timeout", f"lambda:{function}")
    kind, body = invoke(client("lambda"), function, key="timeout")
    assert (kind, body["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert body["errorMessage"].endswith(" Error: Task timed out after 2.00 seconds")
    assert world.read("timeout") == b"done"
