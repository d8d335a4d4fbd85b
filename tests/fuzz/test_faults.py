"""What faults are wished for."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import strategies as st

from localcloud.composition import OPERATIONS
from localcloud.core.cloud import Cloud
from localcloud.faults.calls import check_call
from localcloud.faults.fault import KINDS, Fault, FaultError
from localcloud.faults.registry import Faults
from tests.fuzz.cases import fuzz
from tests.fuzz.lonely_cloud import lonely_cloud
from tests.fuzz.values import changed, documents, texts

CALLS = st.sampled_from(
    ["s3:PutObject", "sagemaker:PutRecord", "lambda:reviews", "job-1", "featurestore:offline"]
)
WISHES = st.builds(
    dict,
    kind=st.sampled_from(list(KINDS)),
    call=CALLS | texts,
).flatmap(
    lambda wish: (
        changed({**wish, "times": 2, "share": 0.5, "seed": 1, "after": 0, "matching": "a"})
        | changed({**wish, "seconds": 0.1})
        | changed(wish)
    )
)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    yield (made := lonely_cloud(tmp_path_factory.mktemp("cloud")))
    made.store.close()


@fuzz("faults", few=80, many=6_000, wish=WISHES | documents)
def test_a_wish_is_a_fault_or_refused(cloud: Cloud, wish: Any) -> None:
    try:
        fault = Fault.parse(wish)
        check_call(fault, OPERATIONS)
    except FaultError as error:
        assert str(error)
        return
    faults = Faults(cloud)
    faults.add(fault)
    for text in ("a request", "another"):
        faults.trigger([fault.kind], fault.call, text)
    assert faults.list()[0]["seen"] <= 2
    assert str(fault).startswith(f"{fault.kind} ")
