import json
import os
import shlex
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviews.client.aws import embedded
from reviews.client.environment import Environment
from reviews.client.errors import NotRunning


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REVIEWS_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    """Somebody listens where the folder says that the embedded AWS does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        address = {"endpoint_url": f"http://127.0.0.1:{port}", "pid": 1, "port": port}
        (folder / "server.json").write_text(json.dumps(address))
        yield address["endpoint_url"]


def test_local_is_in_the_embedded_aws(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of a real account")
    here = Environment("local")
    assert (here.is_embedded, here.is_on_aws) == (True, False)
    assert here.client("s3").meta.endpoint_url == url
    assert here.variables()["AWS_ENDPOINT_URL"] == url
    assert "AWS_SESSION_TOKEN" not in here.variables()


def test_local_needs_no_profile_of_a_real_account(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "config"
    broken.write_text("[default]\nsso_session = gone\nsso_account_id = 1\nregion = nowhere\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(broken))
    monkeypatch.setenv("AWS_PROFILE", "nope")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://of-a-real-account")
    here = Environment("local")
    assert here.client("s3").meta.endpoint_url == url
    variables = here.variables()
    assert not {"AWS_PROFILE", "AWS_USE_FIPS_ENDPOINT", "AWS_ENDPOINT_URL_S3"} & variables.keys()
    assert variables["AWS_CONFIG_FILE"] == os.devnull


def test_local_is_never_asked_through_a_proxy(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "intranet")
    here = Environment("local")
    assert here.client("s3").meta.config.proxies == {}
    assert here.variables()["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert here.variables()["no_proxy"] == "intranet,127.0.0.1,localhost"


@pytest.mark.usefixtures("folder")
def test_the_error_without_a_running_embedded_aws_has_the_command_to_start_it() -> None:
    with pytest.raises(NotRunning, match="reviews deploy --env local"):
        Environment("local").client("s3")


def test_other_environments_are_on_aws_in_their_own_region(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    here = Environment("dev")
    assert (here.is_embedded, here.is_on_aws) == (False, True)
    assert here.client("s3").meta.region_name == "us-east-1"
    assert url not in here.variables().values()


def test_who_throttles_is_asked_more_often() -> None:
    here = Environment("dev")
    attempts = {
        service: here.client(service).meta.config.retries["total_max_attempts"]
        for service in ("service-quotas", "sts")
    }
    assert attempts == {"service-quotas": 11, "sts": 4}


@pytest.mark.parametrize("name", ["local", "dev"])
def test_an_endpoint_that_is_named_comes_first(
    url: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    here = Environment(name)
    assert (here.is_embedded, here.is_on_aws) == (False, False)
    assert here.client("s3").meta.endpoint_url == "http://127.0.0.1:9"


def test_a_command_of_aws_is_for_the_same_aws(
    url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert Environment("dev").aws_command("s3", "ls", "my bucket") == (
        "aws s3 ls 'my bucket' --region us-east-1"
    )
    words = shlex.split(Environment("local").aws_command("s3", "ls"))
    assert words[1:4] == ["-m", "localcloud", "exec"]
    assert words[4:] == [f"--data-dir={folder}", "--", "aws", "s3", "ls"]


def test_an_empty_name_of_the_folder_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEWS_DATA_DIR", "")
    assert embedded.data_dir() == embedded.PROJECT / ".localcloud"
