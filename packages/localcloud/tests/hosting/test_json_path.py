"""JSONPath as SageMaker documents it for the filters of batch transform."""

from typing import Any

import pytest

from localcloud.hosting.json_path import JsonPath, PathError

ROW = ["id-7", "1", "2", "3"]
RECORD = {"id": 7, "features": [1, 2], "a": {"x": 1, "y": 2}, "SageMakerOutput": 0.5}


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("$", RECORD, RECORD),
        ("$[0]", ROW, "id-7"),
        ("$[-1]", ROW, "3"),
        ("$[1,3]", ROW, ["1", "3"]),
        ("$[1:]", ROW, ["1", "2", "3"]),
        ("$[-2:]", ROW, ["2", "3"]),
        ("$[:]", ROW, ROW),
        ("$[0,2:]", ROW, ["id-7", "2", "3"]),  # the API reference's own example is $[0,5:]
        ("$.features", RECORD, [1, 2]),
        ("$['features'][1]", RECORD, 2),
        ("$.features[0,1]", RECORD, [1, 2]),
        ("$['id','SageMakerOutput']", RECORD, {"id": 7, "SageMakerOutput": 0.5}),
        ("$.a.['x', 'y']", RECORD, {"x": 1, "y": 2}),  # with the page's dot before the bracket
        ("$.a.*", RECORD, [1, 2]),
        ("$[*].x", [{"x": 1}, {"x": 2}], [1, 2]),
    ],
)
def test_an_expression_selects(text: str, value: Any, expected: Any) -> None:
    assert JsonPath.parse(text).select(value) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id", "'id' does not begin with $"),
        ("$..id", "'$..id' is no JSONPath of SageMaker's from '..id' on"),
        ("$[?(@.a)]", "'$[?(@.a)]' is no JSONPath of SageMaker's from '[?(@.a)]' on"),
        ("$[1:2:3]", "'$[1:2:3]': '1:2:3' is no index and no slice"),
        ("$['a','b'].c", "\"$['a','b'].c\": nothing can follow a list of names"),
        (
            "$[1:4]",
            "'$[1:4]': a slice with an end is not supported by localcloud, since AWS documents it "
            "both with and without its last element; name each index",
        ),
    ],
)
def test_what_is_no_expression_is_refused(text: str, message: str) -> None:
    with pytest.raises(PathError) as raised:
        JsonPath.parse(text)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("text", "value", "message"),
    [
        ("$[4]", ROW, "'$[4]' goes beyond the 4 values that there are"),
        ("$[0,-5]", ROW, "'$[0,-5]' goes beyond the 4 values that there are"),
        ("$.name", RECORD, "there is no 'name' for '$.name'"),
        ("$.id.x", RECORD, "there is no 'x' for '$.id.x'"),
        ("$.a[0]", RECORD, "there is no array for '$.a[0]'"),
    ],
)
def test_a_record_that_lacks_what_is_selected_is_an_error(
    text: str, value: Any, message: str
) -> None:
    with pytest.raises(PathError) as raised:
        JsonPath.parse(text).select(value)
    assert str(raised.value) == message
