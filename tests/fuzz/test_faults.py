"""What faults are wished for."""

from typing import Any

from hypothesis import strategies as st

import localcloud.features  # noqa: F401 - its operations may be hit, too
from localcloud.faults.calls import check_call
from localcloud.faults.fault import KINDS, Fault, FaultError
from localcloud.faults.registry import Faults
from tests.fuzz.cases import fuzz
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


@fuzz("faults", few=80, many=6_000, wish=WISHES | documents)
def test_a_wish_is_a_fault_or_refused(tmp_path_factory: Any, wish: Any) -> None:
    try:
        fault = Fault.parse(wish)
        check_call(fault)
    except FaultError as error:
        assert str(error)
        return
    faults = Faults(tmp_path_factory.getbasetemp())
    faults.add(fault)
    for text in ("a request", "another"):
        faults.take([fault.kind], fault.call, text)
    assert faults.list()[0]["seen"] <= 2
    assert str(fault).startswith(f"{fault.kind} ")
