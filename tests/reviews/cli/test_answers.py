import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
)
from typer.testing import CliRunner

from reviews.cli.answers import Answer, AsJson, Group, Stream, with_json_option
from reviews.cli.main import app as reviews
from reviews.cli.output import message
from reviews.client.errors import InvalidArgument


def run(command: Any, *words: str) -> tuple[int, str, str]:
    app = typer.Typer(cls=Group)
    app.command("do")(with_json_option(command))
    app.command("other")(lambda: None)
    result = CliRunner().invoke(app, ["do", *words])
    return result.exit_code, result.stdout, result.stderr


def sum_up(count: int = 2) -> Answer:
    """Sums up."""
    return Answer(document={"count": count}, show=message(f"[{count}] in all"), exit_code=count)


def fail() -> Answer:
    raise InvalidArgument("[x]: there is no such file")


def refuse() -> Answer:
    failure = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
    raise ClientError(failure, "ListTrainingJobs")


def interrupt() -> Answer:
    raise KeyboardInterrupt


def lines() -> Stream:
    def come() -> Iterator[dict[str, str]]:
        yield {"line": "one"}
        yield {"line": "two"}

    return Stream(items=come(), show=lambda console, item: console.print(item["line"]))


def test_a_person_gets_text_and_a_program_one_document() -> None:
    assert run(sum_up, "--count", "0") == (0, "[0] in all\n", "")
    code, out, err = run(sum_up, "--count", "0", "--json")
    assert (code, json.loads(out), err) == (0, {"count": 0}, "")


def test_an_answer_has_the_same_exit_code_for_both() -> None:
    assert (run(sum_up)[0], run(sum_up, "--json")[0]) == (2, 2)


def test_a_stream_is_a_line_for_each_item() -> None:
    assert run(lines) == (0, "one\ntwo\n", "")
    code, out, _ = run(lines, "--json")
    assert (code, [json.loads(line) for line in out.splitlines()]) == (
        0,
        [{"line": "one"}, {"line": "two"}],
    )


def test_an_error_is_a_message_on_stderr_or_a_document_on_stdout() -> None:
    assert run(fail) == (1, "", "[x]: there is no such file\n")
    code, out, err = run(fail, "--json")
    assert (code, err) == (1, "")
    assert json.loads(out) == {
        "error": {"kind": "InvalidArgument", "message": "[x]: there is no such file"}
    }


def test_an_error_of_aws_has_its_code() -> None:
    code, out, _ = run(refuse, "--json")
    assert code == 1
    assert json.loads(out)["error"]["kind"] == "ThrottlingException"
    assert "Rate exceeded" in json.loads(out)["error"]["message"]


@pytest.mark.parametrize(
    ("error", "is_advised"),
    [
        (NoCredentialsError(), True),
        (ProfileNotFound(profile="work"), True),
        (EndpointConnectionError(endpoint_url="https://sts.us-east-1.amazonaws.com"), True),
        *(
            (ClientError({"Error": {"Code": code, "Message": "no"}}, "GetObject"), is_advised)
            for code, is_advised in {
                "ExpiredToken": True,
                "InvalidClientTokenId": True,
                "UnrecognizedClientException": True,
                "AccessDeniedException": True,
                "ThrottlingException": False,
                "NoSuchKey": False,
            }.items()
        ),
        (InvalidArgument("Give a file"), False),
    ],
)
def test_an_error_of_credentials_or_connection_says_what_finds_the_cause(
    error: Exception, is_advised: bool
) -> None:
    def fail_in(env: str = "local") -> Answer:
        raise error

    advice = "What is missing: reviews doctor --env dev"
    _, _, err = run(fail_in, "--env", "dev")
    assert err.endswith(f". {advice}\n") is is_advised
    _, out, _ = run(fail_in, "--env", "dev", "--json")
    assert (advice in json.loads(out)["error"]["message"]) is is_advised


def test_ctrl_c_has_the_exit_code_of_a_shell() -> None:
    assert run(interrupt) == (130, "", "Interrupted.\n")
    code, out, _ = run(interrupt, "--json")
    assert (code, json.loads(out)["error"]["kind"]) == (130, "Interrupted")


def test_a_bug_keeps_its_traceback() -> None:
    def broken() -> Answer:
        raise LookupError("never expected")

    app = typer.Typer()
    app.command()(with_json_option(broken))
    assert isinstance(CliRunner().invoke(app, []).exception, LookupError)


@pytest.mark.parametrize("words", [("--nothing",), ("--count", "many"), ("too", "much")])
def test_a_wrong_use_exits_with_2_and_is_a_document_where_json_was_asked_for(
    words: tuple[str, ...],
) -> None:
    code, out, err = run(sum_up, *words)
    assert (code, out) == (2, "")
    assert "Usage" in err
    code, out, err = run(sum_up, "--json", *words)
    assert (code, err) == (2, "")
    assert list(json.loads(out)) == ["error"]


def test_after_two_hyphens_there_are_no_options() -> None:
    code, out, err = run(sum_up, "--", "--json")
    assert (code, out) == (2, "")
    assert "Usage" in err


@pytest.mark.parametrize("words", [["doctor"], ["--help"], ["doctor", "--json"]])
def test_any_locale_prints(tmp_path: Path, words: list[str]) -> None:
    """Such as the check mark of doctor, in a shell that knows ASCII alone."""
    ascii_only = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "REVIEWS_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "reviews.cli.main", *words],
        env={**os.environ, **ascii_only},
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert done.stdout.isascii()
    assert (b"\\u2717" in done.stdout) == (words == ["doctor"])


@pytest.mark.parametrize(
    ("more", "redirection", "code", "says"),
    [
        ([], ">&-", 1, b""),
        (["--json"], ">&-", 1, b""),
        (["--json"], ">/dev/full", 1, b"No space left on device"),
        ([], ">/dev/full", 1, b"No space left on device"),
    ],
)
def test_a_stdout_that_takes_nothing_leaves_no_traceback(
    tmp_path: Path, more: list[str], redirection: str, code: int, says: bytes
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("only Linux has /dev/full")
    done = subprocess.run(
        [
            "sh",
            "-c",
            f'"$@" {redirection}',
            "sh",
            sys.executable,
            "-m",
            "reviews.cli.main",
            "doctor",
            *more,
        ],
        env={**os.environ, "REVIEWS_DATA_DIR": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert (done.returncode, says in done.stderr) == (code, True)


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_closed_pipe_ends_the_command_with_141(tmp_path: Path, more: list[str]) -> None:
    """As `reviews doctor | true`; 141 is what a shell reports of SIGPIPE."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "reviews.cli.main", "doctor", *more],
        env={**os.environ, "REVIEWS_DATA_DIR": str(tmp_path)},
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_loopback_is_spared_by_any_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "intranet")
    CliRunner().invoke(reviews, ["--help"])
    assert os.environ["NO_PROXY"] == "intranet,127.0.0.1,localhost"


def test_times_and_paths_are_text() -> None:
    def tell() -> Answer:
        moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
        return Answer(document={"at": moment, "out": Path("a.csv")}, show=message(""))

    document = json.loads(run(tell, "--json")[1])
    assert document == {"at": "2026-01-31T12:00:00+00:00", "out": "a.csv"}


def test_a_command_may_know_that_a_program_asks() -> None:
    def knows(as_json: AsJson = False) -> Answer:
        return Answer(document=as_json, show=message(str(as_json)))

    assert (run(knows)[1], run(knows, "--json")[1]) == ("False\n", "true\n")


def test_every_command_that_answers_has_json_and_explains_itself() -> None:
    root = typer.main.get_command(reviews)
    found = dict(root.commands)
    del found["console"]  # serves pages
    found |= {
        f"endpoint {name}": command for name, command in found.pop("endpoint").commands.items()
    }
    assert len(found) > 15
    for name, command in found.items():
        options = {option for parameter in command.params for option in parameter.opts}
        environments = {"--from", "--to"} if name == "promote" else {"--env"}
        assert {"--json", *environments} <= options, name
        assert command.help, name
