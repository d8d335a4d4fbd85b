"""`cloud` is SageMaker alone, with one feature group."""

from collections.abc import Iterator

import pytest

from localcloud.core.cloud import Cloud
from tests.fuzz.isolated_cloud import isolated_cloud


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    yield (made := isolated_cloud(tmp_path_factory.mktemp("cloud")))
    made.store.close()
