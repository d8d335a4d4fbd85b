"""What cannot be set, and the command that sets faults."""

import json

import pytest
from botocore.exceptions import ClientError

from localcloud.__main__ import main
from localcloud.faults.fault import FaultError
from localcloud.server import LocalCloud
from worlds.faulty_cloud import Clients


@pytest.mark.parametrize(
    ("kind", "call", "message"),
    [
        ("kill", "lambda:nobody", "Unknown function 'lambda:nobody'; allowed are: lambda:works"),
        ("timeout", "works", "Unknown function 'works'; allowed are: lambda:works"),
        ("interrupt", "nobody", "Requested resource not found."),
        (
            "throttle",
            "sagemaker:CreateNotebookInstance",
            "Unknown operation 'CreateNotebookInstance' of sagemaker; allowed are: Add",
        ),
    ],
)
def test_what_the_server_does_not_have_is_refused(
    cloud: LocalCloud, function: str, kind: str, call: str, message: str
) -> None:
    with pytest.raises(FaultError) as refused:
        cloud.faults.add(kind, call)
    assert str(refused.value).startswith(message)
    assert cloud.faults.list() == []


def test_the_command_sets_shows_and_removes_faults(
    cloud: LocalCloud, client: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data-dir", str(cloud.data_dir)]
    fault = ["throttle", "states:ListStateMachines", "3", "--after", "0"]
    assert main(["faults", "add", *fault, *where]) == 0
    with pytest.raises(ClientError, match="Rate exceeded"):
        client("stepfunctions").list_state_machines()
    assert main(["faults", *where, "list"]) == 0
    shown = capsys.readouterr().out.splitlines()
    number = cloud.faults.list()[0]["number"]
    assert shown == [
        f"Fault {number} is set.",
        f"{number}: throttle states:ListStateMachines, 3 times; has seen 1 calls and hit 1",
    ]
    assert main(["faults", "clear", *where]) == 0
    assert main(["faults", "list", *where]) == 0
    assert main(["faults", "log", *where]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["fault"] == number


def test_the_command_says_what_is_wrong(
    cloud: LocalCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data-dir", str(cloud.data_dir)]
    assert main(["faults", "add", "slow", "athena:StartQueryExecution", *where]) == 1
    assert capsys.readouterr().err == (
        "localcloud: A fault of kind slow needs the option 'seconds'\n"
    )
