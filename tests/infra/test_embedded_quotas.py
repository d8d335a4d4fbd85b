"""The embedded AWS grants what the environments need."""

import boto3
import pytest

from infra.settings import settings_for
from localcloud.server import LocalCloud
from reviews.client.checks import quotas


def test_every_quota_that_an_environment_needs_is_listed_and_enough(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as cloud:
        client = boto3.client(
            "service-quotas",
            endpoint_url=cloud.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        for settings in settings_for():
            for quota in quotas.look(client, settings):
                assert quota.granted is not None, quota.needed.name
                assert quota.granted >= quota.needed.wanted
