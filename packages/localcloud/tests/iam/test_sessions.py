"""`exec --role` and `env --role`: the session of a role, as a notebook of SageMaker has one."""

import contextlib
import io
from pathlib import Path

import boto3

from localcloud import __main__ as program
from localcloud.iam import sessions
from localcloud.server import LocalCloud


def exported(data_dir: Path, *options: str) -> dict[str, str]:
    """What `env` prints."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert program.main(["env", "--data-dir", str(data_dir), *options]) == 0
    lines = [line.removeprefix("export ") for line in printed.getvalue().splitlines()]
    return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}


def caller(url: str, variables: dict[str, str]) -> str:
    session = boto3.session.Session(
        variables["AWS_ACCESS_KEY_ID"],
        variables["AWS_SECRET_ACCESS_KEY"],
        variables.get("AWS_SESSION_TOKEN"),
        region_name="us-east-1",
    )
    arn: str = session.client("sts", endpoint_url=url).get_caller_identity()["Arn"]
    return arn


def test_a_role_that_does_not_exist_is_made_and_the_next_session_is_of_the_same(
    cloud: LocalCloud,
) -> None:
    for _ in range(2):
        found = exported(cloud.data_dir, "--role", "Notebook")
        assert caller(cloud.endpoint_url, found).endswith(":assumed-role/Notebook/SageMaker")


def test_without_a_role_it_is_the_account(cloud: LocalCloud) -> None:
    found = exported(cloud.data_dir)
    assert "AWS_SESSION_TOKEN" not in found
    assert caller(cloud.endpoint_url, found).endswith(":root")


def test_a_role_that_was_made_here_may_do_everything_while_iam_is_enforced(
    cloud: LocalCloud,
) -> None:
    found = sessions.variables(cloud.endpoint_url, "Enforced")
    session = boto3.session.Session(
        found["AWS_ACCESS_KEY_ID"],
        found["AWS_SECRET_ACCESS_KEY"],
        found["AWS_SESSION_TOKEN"],
        region_name="us-east-1",
    )
    with cloud.enforce_iam():
        sagemaker = session.client("sagemaker", endpoint_url=cloud.endpoint_url)
        assert sagemaker.list_models()["Models"] == []
