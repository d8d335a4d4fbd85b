"""The state machine as a Mermaid flowchart, its states grouped by step."""

from collections.abc import Iterator
from typing import Any

from contract.steps import Step, step_of

State = dict[str, Any]
_SHAPES = {"Choice": '{{"{}"}}', "Wait": '(["{}"])', "Succeed": '(("{}"))'}
_BOX = '["{}"]'


def draw(definition: dict[str, Any]) -> list[str]:
    """Every error leads to the same state, and a redrive back from it: one arrow for all steps."""
    states = definition["States"]
    (handler,) = {name for state in states.values() for name in caught(state)}
    (resume,) = following(states[handler])
    lines = ["flowchart TD", "subgraph steps[The steps]"]
    for step in Step:
        members = [name for name in step.states if name in states]
        lines += [f"subgraph step{step.error}[{step.title}]", *_nodes(members, states), "end"]
    lines += [
        f"{_id(name)} --> {_id(after)}"
        for name, state in states.items()
        for after in following(state)
        if step_of(name) and step_of(after)
    ]
    return [
        *lines,
        "end",
        *_nodes([handler, resume], states),
        f"steps -. what fails .-> {_id(handler)}",
        f"{_id(handler)} -- redriven --> {_id(resume)}",
        f"{_id(resume)} -. the step that failed .-> steps",
    ]


def following(state: State) -> Iterator[str]:
    """The states that follow when nothing fails."""
    choices = [choice["Next"] for choice in state.get("Choices", [])]
    yield from dict.fromkeys(
        name for name in (state.get("Next"), *choices, state.get("Default")) if name
    )


def caught(state: State) -> list[str]:
    return [catch["Next"] for catch in state.get("Catch", [])]


def _nodes(names: list[str], states: dict[str, State]) -> list[str]:
    return [f"{_id(name)}{_SHAPES.get(states[name]['Type'], _BOX).format(name)}" for name in names]


def _id(name: str) -> str:
    return name.replace("?", "Choice")
