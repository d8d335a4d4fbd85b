"""Filters and joins of batch transform, by AWS's own examples and through a real boto3 client.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.hosting.data_processing import DataProcessing, ProcessingError
from worlds.errors import error
from worlds.execution_world import BUCKET, World
from worlds.transforms import end, lines, make_model, start

CSV, JSON, LINES = "text/csv", "application/json", "application/jsonlines"
LENGTHS = """
    import json

    def model_fn(_):
        return None

    def transform_fn(_, body, content_type, accept):
        body = body if isinstance(body, str) else bytes(body).decode()
        rows = body.splitlines()
        if "silent" in body:
            return "", accept
        if content_type == "text/csv":
            return "".join(f"{len(row)},long\\n" for row in rows), accept
        values = [json.loads(row) for row in rows]
        return "\\n".join(json.dumps({"got": value}) for value in values), accept
"""


def processing(
    kind: str = CSV, split: str = "Line", accept: str | None = None, **described: str
) -> DataProcessing:
    made = DataProcessing.of(
        {
            "TransformInput": {"ContentType": kind, "SplitType": split},
            "TransformOutput": {"Accept": accept or kind, "AssembleWith": split},
            "DataProcessing": described,
        }
    )
    assert made is not None
    return made


# -- records -------------------------------------------------------------------------------------


def test_a_row_is_followed_by_the_models_columns() -> None:
    made = processing(InputFilter="$[1:]", JoinSource="Input")
    payload = b'id-1,"a,b",2\nid-2,"say ""yes""",4\n'
    assert made.prepare(payload) == b'"a,b",2\n"say ""yes""",4'
    assert made.finish(payload, b"0.5\n0.7\n") == b'id-1,"a,b",2,0.5\nid-2,"say ""yes""",4,0.7'


def test_columns_of_the_joined_row_are_chosen() -> None:
    made = processing(InputFilter="$[1:]", JoinSource="Input", OutputFilter="$[0,-1]")
    assert made.finish(b"id-1,2,3\n", b"0.5") == b"id-1,0.5"


def test_an_object_gets_the_answer_as_an_attribute() -> None:
    made = processing(LINES, JoinSource="Input")
    payload = '{"key":1}\n{"key":"ü\u2028"}\n'.encode()
    answer = b'{"label": 1}\n{"label": 2}\n'
    assert made.finish(payload, answer).decode() == (
        '{"key":1,"SageMakerOutput":{"label":1}}\n{"key":"ü\u2028","SageMakerOutput":{"label":2}}'
    )


def test_the_input_of_a_record_that_is_no_object_is_an_attribute_too() -> None:
    made = processing(JSON, "None", JoinSource="Input")
    assert made.finish(b"[1, 2]", b"[\n 3\n]") == b'{"SageMakerInput":[1,2],"SageMakerOutput":[3]}'


def test_features_go_to_the_model_and_the_id_stays_with_the_answer() -> None:
    made = processing(
        LINES,
        InputFilter="$.features",
        JoinSource="Input",
        OutputFilter="$['id','SageMakerOutput']",
    )
    payload = b'{"id": 7, "features": [1, 2]}\n'
    assert made.prepare(payload) == b"[1,2]"
    assert made.finish(payload, b"0.5") == b'{"id":7,"SageMakerOutput":0.5}'


def test_an_answer_alone_is_filtered_too() -> None:
    made = processing(LINES, OutputFilter="$.label")
    assert made.finish(b"", b'{"label": 1, "score": 2}\n{"label": 3}\n') == b"1\n3"


@pytest.mark.parametrize(
    ("made", "payload", "answer", "message"),
    [
        (
            processing(JoinSource="Input"),
            b"1\n2\n",
            b"0.5\n",
            "The model has answered 1 records to 2: JoinSource Input needs one for each",
        ),
        (
            processing(JoinSource="Input", OutputFilter="$[5]"),
            b"1\n",
            b"0.5\n",
            "'$[5]' goes beyond the 2 values that there are",
        ),
        (
            processing(LINES, JoinSource="Input"),
            b'{"a": 1}\n',
            b"no json",
            "a record of the answer cannot be read: Expecting value: line 1 column 1 (char 0)",
        ),
    ],
)
def test_what_cannot_be_joined_is_an_error(
    made: DataProcessing, payload: bytes, answer: bytes, message: str
) -> None:
    with pytest.raises(ProcessingError) as raised:
        made.finish(payload, answer)
    assert str(raised.value) == message


# -- jobs ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model(world: World) -> str:
    return make_model(world, "lengths", LENGTHS)


def output(name: str, kind: str) -> dict[str, str]:
    return {"S3OutputPath": f"s3://{BUCKET}/{name}/out", "Accept": kind, "AssembleWith": "Line"}


def test_a_job_filters_joins_and_filters_again(world: World, model: str) -> None:
    world.upload("rows/in/a.csv", "id-1,abc,x\nid-2,de,x\n")
    described = {"InputFilter": "$[1]", "JoinSource": "Input", "OutputFilter": "$[0,-2:]"}
    start(
        world,
        "rows",
        model,
        source={"SplitType": "Line"},
        TransformOutput=output("rows", CSV),
        DataProcessing=described,
    )
    job = end(world, "rows")
    assert job["TransformJobStatus"] == "Completed", job
    assert job["DataProcessing"] == described
    assert world.read("rows/out/a.csv.out") == b"id-1,3,long\nid-2,2,long\n"


def test_a_job_joins_lines_of_json_in_requests_of_many_records(world: World, model: str) -> None:
    written = "".join(json.dumps({"id": number, "text": "x"}) + "\n" for number in range(5))
    world.upload("objects/in/a.jsonl", written)
    start(
        world,
        "objects",
        model,
        source={"SplitType": "Line", "ContentType": LINES},
        TransformOutput=output("objects", LINES),
        DataProcessing={"InputFilter": "$.id", "JoinSource": "Input"},
        BatchStrategy="MultiRecord",
    )
    assert end(world, "objects")["TransformJobStatus"] == "Completed"
    found = [json.loads(line) for line in world.read("objects/out/a.jsonl.out").splitlines()]
    assert found == [
        {"id": number, "text": "x", "SageMakerOutput": {"got": number}} for number in range(5)
    ]


def test_an_object_that_cannot_be_joined_fails_the_job_but_not_others(
    world: World, model: str
) -> None:
    world.upload("partly/in/bad.csv", "silent\n")
    world.upload("partly/in/good.csv", "fine\n")
    start(
        world,
        "partly",
        model,
        source={"SplitType": "Line"},
        TransformOutput=output("partly", CSV),
        DataProcessing={"JoinSource": "Input"},
    )
    job = end(world, "partly")
    words = "The model has answered 0 records to 1: JoinSource Input needs one for each"
    place = f"{BUCKET}/partly/in/bad.csv: "
    assert job["FailureReason"] == (
        f"ClientError: See job logs for more information. {place}{words}"
    )
    assert place + words in lines(world, "partly", of_data=True)
    assert world.read("partly/out/good.csv.out") == b"fine,4,long\n"


@pytest.mark.parametrize(
    ("described", "changes", "message"),
    [
        (
            {"InputFilter": "$.id"},
            {},
            "DataProcessing.InputFilter: '$.id' must select by index, such as $[0] or $[1:], since "
            "a row of CSV is an array",
        ),
        (
            {"JoinSource": "Input"},
            {"source": {"SplitType": "Line", "ContentType": "image/png"}},
            "DataProcessing needs TransformInput.ContentType to be one of text/csv, "
            "application/json, application/jsonlines",
        ),
        (
            {"JoinSource": "Input"},
            {"source": {"SplitType": "None"}},
            "DataProcessing: SplitType and AssembleWith must both be Line, or, for JSON, both be "
            "None",
        ),
        (
            {"JoinSource": "Input"},
            {"source": {"SplitType": "Line", "ContentType": LINES}},
            "DataProcessing: ContentType application/jsonlines and Accept text/csv cannot go "
            "together in localcloud; both must be CSV, or both JSON",
        ),
        ({"OutputFilter": "x"}, {}, "DataProcessing.OutputFilter: 'x' does not begin with $"),
    ],
)
def test_what_cannot_be_filtered_or_joined_is_refused_at_once(
    world: World, model: str, described: dict[str, str], changes: dict[str, Any], message: str
) -> None:
    request = {"source": {"SplitType": "Line"}, **changes}
    with pytest.raises(ClientError) as raised:
        start(
            world,
            "refused",
            model,
            TransformOutput=output("refused", CSV),
            DataProcessing=described,
            **request,
        )
    assert error(raised) == ("ValidationException", message)
