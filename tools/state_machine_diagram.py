"""The state machine as a Mermaid flowchart, its states grouped by step."""

from collections.abc import Iterator
from typing import Any

State = dict[str, Any]
_SHAPES = {"Choice": '{{"{}"}}', "Wait": '(["{}"])', "Succeed": '(("{}"))'}
_BOX = '["{}"]'


def draw(definition: dict[str, Any]) -> list[str]:
    """Whatever fails leads to the same state, and from there back: one arrow each for all steps."""
    states, steps = definition["States"], step_of_each(definition)
    (handler,) = {name for state in states.values() for name in caught(state)}
    (resume,) = following(states[handler])
    lines = ["flowchart TD", "subgraph steps[The steps]"]
    for step in dict.fromkeys(filter(None, (steps[name] for name in states))):
        members = [name for name in states if steps[name] == step]
        lines += [f"subgraph step{step}[{step}]", *_nodes(members, states), "end"]
    lines += [
        f"{_id(name)} --> {_id(after)}"
        for name, state in states.items()
        for after in following(state)
        if steps[name] and steps[after]
    ]
    return [
        *lines,
        "end",
        *_nodes([handler, resume], states),
        f"steps -. what fails .-> {_id(handler)}",
        f"{_id(handler)} -- redriven --> {_id(resume)}",
        f"{_id(resume)} -. the step that failed .-> steps",
    ]


def step_of_each(definition: dict[str, Any]) -> dict[str, str]:
    """State → step; that of the state before where it names none itself."""
    states: dict[str, State] = definition["States"]
    found: dict[str, str] = {}
    waiting = [(definition["StartAt"], "")]
    while waiting:
        name, before = waiting.pop(0)
        if name in found:
            continue
        state = states[name]
        named = _named_step(state)
        # The only task that names no step is the one which handles what fails in all of them.
        found[name] = named if named or state["Type"] == "Task" else before
        waiting += [(after, found[name]) for after in (*following(state), *caught(state))]
    return found


def following(state: State) -> Iterator[str]:
    """Where it leads when nothing fails."""
    choices = [choice["Next"] for choice in state.get("Choices", [])]
    yield from dict.fromkeys(
        name for name in (state.get("Next"), *choices, state.get("Default")) if name
    )


def caught(state: State) -> list[str]:
    return [catch["Next"] for catch in state.get("Catch", [])]


def _named_step(state: State) -> str:
    assigned = [state, *state.get("Catch", [])]
    return next(
        (part["Assign"]["step"] for part in assigned if "step" in part.get("Assign", {})), ""
    )


def _nodes(names: list[str], states: dict[str, State]) -> list[str]:
    return [f"{_id(name)}{_SHAPES.get(states[name]['Type'], _BOX).format(name)}" for name in names]


def _id(name: str) -> str:
    return name.replace("?", "Choice")
