"""A run is started with a file, after the checks of `reviews run`."""

import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.reviews.worlds.team_world import TeamWorld

ROWS = "".join(f"text {n}{rating},{rating}\n" for n in range(8) for rating in (1, 3, 5))
TABLE = f"Review Text,Rating\n{ROWS}".encode()
KEY = f"reviews/{sha256(TABLE).hexdigest()[:12]}/mine.csv"
BINARY = {"Content-Type": "application/octet-stream"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In which the console keeps files while it needs them."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def start(client: TestClient, content: bytes = TABLE, **fields: str) -> Any:
    query = {"file": "mine.csv", "name": "mine", **fields}
    return client.post("/api/executions", params=query, content=content, headers=BINARY)


def wrong(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    found: dict[str, str] = answer.json()["fields"]
    return found


def test_the_file_is_uploaded_and_the_run_is_in_the_list(
    client: TestClient, world: TeamWorld, folder: Path
) -> None:
    answer = start(client, **{"training.epochs": "5", "columns.title": ""})
    assert answer.status_code == 200, answer.text
    document = (
        f'{{"reviews": "s3://data/{KEY}", "training": {{"epochs": 5}}, "columns": {{"title": ""}}}}'
    )
    assert world.changes == [f"keep data/{KEY}", f"start mine {document}"]
    assert world.objects[KEY] == TABLE
    assert answer.json()["run"] == "mine"
    assert answer.json()["notes"] == [
        "mine.csv: 24 of 24 rows can be used: negative 8, neutral 8, positive 8"
    ]
    (newest, *_) = client.get("/api/executions").json()["executions"]
    assert (newest["name"], newest["status"], newest["step"]) == ("mine", "RUNNING", "Prepare")
    assert list(folder.iterdir()) == []


def test_a_run_without_a_name_gets_one_with_the_time(client: TestClient, world: TeamWorld) -> None:
    assert start(client, name="").json()["run"].startswith("run-2")


def test_the_columns_of_a_known_export_are_taken(client: TestClient, world: TeamWorld) -> None:
    lines = [line.split(",") for line in ROWS.splitlines()]
    table = "\n".join(
        [
            "Review Score,Review Title,Review Content",
            *(f"{rating},T,{text}" for text, rating in lines),
        ]
    ).encode()
    assert "run again with --detect-columns" in wrong(start(client, table))["file"]
    answer = start(client, table, detect_columns="true").json()
    assert answer["input"]["columns"]["text"] == "Review Content"
    assert answer["notes"][0].startswith("mine.csv looks like an export of Yotpo: ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"PK\x03\x04", "the file is a zip archive; unpack it: unzip mine.csv"),
        (b"Review Text,Rating\n", "there is a header but no row"),
        (TABLE.replace(b"\ntext 03,3", b""), "neutral has 7 reviews; every split needs one"),
        (b"a,b\n1,2\n", "no column named 'Review Text', 'Rating'; the columns are 'a', 'b'"),
    ],
)
def test_a_file_that_the_preparation_would_refuse_is_not_uploaded(
    client: TestClient, world: TeamWorld, folder: Path, content: bytes, reason: str
) -> None:
    fields = wrong(start(client, content))
    assert list(fields) == ["file"]
    assert fields["file"].startswith(reason)
    assert str(folder) not in fields["file"]
    assert world.changes == []
    assert list(folder.iterdir()) == []


def test_all_invalid_fields_are_named_before_the_file_is_read(
    client: TestClient, world: TeamWorld
) -> None:
    fields = {
        "name": "a b",
        "file": "",
        "training.epochs": "0",
        "training.learning_rate": "fast",
        "columns.text": "",
        "max_rejected_share": "2",
        "epochs": "3",
    }
    found = wrong(start(client, **fields))
    assert found.keys() == fields.keys()
    assert found["file"] == "Choose a file of reviews."
    assert found["training.epochs"] == "0 must be a whole number from 1 to 100"
    assert found["training.learning_rate"].startswith("'fast' must be a number of at least")
    assert found["columns.text"] == "'' must be a column's name"
    assert found["max_rejected_share"] == "2 must be a number from 0 to 1"
    assert "there is no such field; allowed is base_model" in found["epochs"]
    assert "' ' is not allowed in the name of an execution" in found["name"]
    assert world.calls == []


@pytest.mark.parametrize("name", ["../mine.csv", "/etc/passwd", "..", ".", "a\0b"])
def test_the_name_of_a_file_leads_nowhere_else(
    client: TestClient, world: TeamWorld, folder: Path, name: str
) -> None:
    assert wrong(start(client, file=name)) == {"file": f"{name!r} is not the name of a file."}
    assert list(folder.iterdir()) == []


def test_a_file_that_cannot_be_kept_is_an_error(client: TestClient, world: TeamWorld) -> None:
    answer = start(client, file="x" * 300)
    assert answer.status_code == 400
    assert "File name too long" in answer.json()["error"]
    assert world.changes == []


@pytest.mark.parametrize("field", ["reviews", "start_at", "from_run"])
def test_a_run_of_the_form_has_a_file(client: TestClient, world: TeamWorld, field: str) -> None:
    values = {"reviews": "s3://data/x", "start_at": "training", "from_run": "other"}
    answer = start(client, **{field: values[field]})
    assert answer.status_code == 400
    assert world.changes == []


def test_a_name_that_was_used_is_an_error_of_that_field(
    client: TestClient, world: TeamWorld
) -> None:
    fields = wrong(start(client, name="too-few-epochs"))
    assert fields == {"name": "--name too-few-epochs: already the name of an execution"}


def test_what_s3_refuses_is_an_error_and_nothing_is_started(
    client: TestClient, world: TeamWorld, folder: Path
) -> None:
    world.denied = {"PutObject"}
    answer = start(client)
    assert answer.status_code == 502
    assert "User me is not authorized to PutObject" in answer.json()["error"]
    assert world.changes == []
    assert list(folder.iterdir()) == []


def test_the_form_has_the_values_of_the_settings(client: TestClient) -> None:
    form = client.get("/api/form").json()
    assert form["columns"]["columns.text"] == "Review Text"
    assert form["base_model"] == "roberta-base"
    epochs = next(one for one in form["training"] if one["name"] == "training.epochs")
    assert epochs["allowed"] == "a whole number from 1 to 100"
