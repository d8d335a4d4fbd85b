"""The request for an approval before a model is deployed."""

import json

from tests.lambdas.fakes import Recorder
from tests.lambdas.runs import SCORES, run


def test_asking_for_approval_stores_the_token_and_names_the_commands(load, monkeypatch) -> None:
    ask, recorder = load("ask_approval"), Recorder()
    for name in ("S3", "SNS"):
        monkeypatch.setattr(ask, name, recorder)
    event = {
        "run": run(),
        "token": "secret",
        "package": {"arn": "arn:3", "version": 3},
        "gate": {"metrics": SCORES, "missed": []},
    }
    ask.handler(event, None)
    document = json.loads(recorder.calls["put_object"]["Body"])
    assert document == {"token": "secret", "package": "arn:3"}
    mail = recorder.calls["publish"]
    assert "reviews approve run-1 --env dev" in mail["Message"]
    assert "secret" not in str(mail)
