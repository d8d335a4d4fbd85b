"""The options of faults that are asked for."""

from typing import Any

from hypothesis import strategies as st

from localcloud.composition import OPERATIONS
from localcloud.core.cloud import Cloud
from localcloud.faults.calls import check_call
from localcloud.faults.fault import KINDS, Fault, FaultError
from localcloud.faults.registry import Faults
from tests.fuzz.cases import fuzz
from tests.fuzz.values import changed, documents, texts

CALLS = st.sampled_from(
    ["s3:PutObject", "sagemaker:PutRecord", "lambda:reviews", "job-1", "featurestore:offline"]
)
OPTIONS = st.builds(
    dict,
    kind=st.sampled_from(list(KINDS)),
    call=CALLS | texts,
).flatmap(
    lambda options: (
        changed({**options, "times": 2, "share": 0.5, "seed": 1, "after": 0, "matching": "a"})
        | changed({**options, "seconds": 0.1})
        | changed(options)
    )
)


@fuzz("faults", few=80, many=6_000, options=OPTIONS | documents)
def test_options_are_a_fault_or_refused(cloud: Cloud, options: Any) -> None:
    try:
        fault = Fault.parse(options)
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
