import json
from typing import Any

import pytest

from reviews.console.definition import Edge, Kind, edges_of, handlers_of
from reviews.console.graph import HEIGHT, draw
from reviews.console.layers import layers_of
from tests.reviews.worlds.history import DEFINITION, STATES


@pytest.fixture(scope="module")
def graph() -> dict[str, Any]:
    return draw(DEFINITION)


def rows(**next_states: list[str]) -> list[list[str]]:
    """The layers of a machine that begins at its first state."""
    edges = [
        Edge(source, target, Kind.NEXT)
        for source, targets in next_states.items()
        for target in targets
    ]
    return layers_of(next(iter(next_states)), edges).rows()


def test_each_way_out_of_a_state_is_an_edge_once() -> None:
    definition = {
        "States": {
            "A": {"Choices": [{"Next": "B"}, {"Next": "C"}, {"Next": "C"}], "Default": "D"},
            "B": {"Next": "C", "Catch": [{"Next": "D"}]},
            "C": {"End": True},
            "D": {"End": True},
        }
    }
    edges = edges_of(definition)
    assert edges == [
        Edge("A", "D", Kind.CHOICE),
        Edge("A", "B", Kind.CHOICE),
        Edge("A", "C", Kind.CHOICE),
        Edge("B", "C", Kind.NEXT),
        Edge("B", "D", Kind.CATCH),
    ]
    assert handlers_of(edges) == ["D"]


def test_a_state_is_below_all_that_lead_to_it() -> None:
    assert rows(A=["B", "C"], B=["C"], C=["D"]) == [["A"], ["B"], ["C"], ["D"]]


def test_a_loop_does_not_push_its_first_state_down() -> None:
    assert rows(A=["B"], B=["C"], C=["B", "D"]) == [["A"], ["B"], ["C"], ["D"]]


def test_in_a_row_the_state_with_most_to_come_is_first() -> None:
    assert rows(A=["Side", "B"], B=["C"]) == [["A"], ["B", "Side"], ["C"]]


def test_states_that_only_an_error_leads_to_come_last() -> None:
    edges = [
        Edge("A", "B", Kind.NEXT),
        Edge("A", "Handle", Kind.CATCH),
        Edge("Handle", "Again?", Kind.NEXT),
        Edge("Again?", "B", Kind.CHOICE),
        Edge("B", "C", Kind.NEXT),
    ]
    layers = layers_of("A", edges)
    assert layers.rows() == [["A"], ["B"], ["C"], ["Handle"], ["Again?"]]
    assert layers.handling == {"Handle", "Again?"}


def test_the_pipeline_is_drawn_whole_and_no_box_covers_another(graph: dict[str, Any]) -> None:
    boxes = graph["boxes"]
    assert {box["name"] for box in boxes} == STATES.keys()
    assert len({(box["x"], box["y"]) for box in boxes}) == len(boxes)
    assert all(box["y"] + HEIGHT <= graph["height"] for box in boxes)
    assert len(graph["lines"]) == len(edges_of(json.loads(DEFINITION)))


def test_the_pipelines_steps_stand_in_one_column(graph: dict[str, Any]) -> None:
    boxes = {box["name"]: box for box in graph["boxes"]}
    steps = ["Prepare", "StartProcessing", "StartTraining", "StartEvaluation", "SmokeTest"]
    assert len({boxes[name]["x"] for name in steps}) == 1
    assert boxes["WaitForCapacityOfTraining"]["x"] > boxes["StartTraining"]["x"]
    depths = [boxes[name]["y"] for name in [*steps, "Succeeded", "HandleFailure"]]
    assert depths == sorted(depths)


def test_lines_of_the_handling_of_failures_are_marked(graph: dict[str, Any]) -> None:
    handling = {(line["from"], line["to"]): line["handling"] for line in graph["lines"]}
    assert handling["StartTraining", "HandleFailure"]
    assert handling["TrainingDone?", "HandleFailure"]
    assert handling["Resume?", "StartTraining"]
    assert not handling["TrainingDone?", "WaitForTraining"]


def test_a_machine_of_one_state_is_a_graph() -> None:
    graph = draw(json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}))
    assert [box["name"] for box in graph["boxes"]] == ["A"]
    assert graph["lines"] == []
