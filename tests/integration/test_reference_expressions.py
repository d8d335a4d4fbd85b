"""The state machine's expressions on the data of executions, by JSONata's reference."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from reviews.client.runs.execution import Execution
from tests.integration.deployment import Deployment
from tests.judges.node import judged_by


def events_of(states: Any, arn: str) -> Iterator[dict[str, Any]]:
    for page in states.get_paginator("get_execution_history").paginate(executionArn=arn):
        yield from page["events"]


def way_and_answers(events: Iterator[dict[str, Any]]) -> tuple[list[str], dict[str, list[Any]]]:
    """(the states in the order in which they were entered, what each Task got each time).

    Of a Task that was tried again the last attempt counts.
    """
    way: list[str] = []
    answers: dict[str, list[Any]] = defaultdict(list)
    is_answered = False
    for event in events:
        found: Any = None
        if "stateEnteredEventDetails" in event:
            way.append(event["stateEnteredEventDetails"]["name"])
            is_answered = False
        elif "taskSucceededEventDetails" in event:
            found = {"result": json.loads(event["taskSucceededEventDetails"]["output"])}
        elif "taskFailedEventDetails" in event:
            details = event["taskFailedEventDetails"]
            found = {"error": {"Error": details["error"], "Cause": details["cause"]}}
        if found is not None:
            if is_answered:
                answers[way[-1]].pop()
            answers[way[-1]].append(found)
            is_answered = True
    return way, answers


def walk_of(states: Any, found: dict[str, Any], answers: dict[str, list[Any]]) -> dict[str, Any]:
    """What tests/judges/walk.js wants to know of an execution as DescribeExecution has it."""
    arn, given = found["executionArn"], json.loads(found["input"])
    described = states.describe_state_machine_for_execution(executionArn=arn)
    context = {
        "Id": arn,
        "Input": given,
        "Name": found["name"],
        "StartTime": found["startDate"].isoformat(),
        "RedriveCount": 0,
    }
    return {
        "definition": json.loads(described["definition"]),
        "input": given,
        "context": {"Execution": context},
        "answers": answers,
    }


def test_the_reference_goes_the_way_of_every_execution(
    deployment: Deployment, succeeded: Execution
) -> None:
    states = deployment.client("stepfunctions")
    machine = states.describe_execution(executionArn=succeeded.arn)["stateMachineArn"]
    walks, ways, ends = {}, {}, {}
    for listed in states.list_executions(stateMachineArn=machine)["executions"]:
        found = states.describe_execution(executionArn=listed["executionArn"])
        if found["status"] not in ("SUCCEEDED", "FAILED") or found.get("redriveCount"):
            continue  # one that goes on, or whose history has two ways
        arn = found["executionArn"]
        ways[arn], answers = way_and_answers(events_of(states, arn))
        walks[arn], ends[arn] = walk_of(states, found, answers), found
    assert succeeded.arn in walks
    for arn, walk in judged_by("walk.js", walks).items():
        assert walk["path"] == ways[arn]
        if ends[arn]["status"] == "SUCCEEDED":
            assert walk["output"] == json.loads(ends[arn]["output"])
        else:
            error = {"Error": ends[arn]["error"], "Cause": ends[arn]["cause"]}
            assert walk["error"] == error
