"""The quotas of SageMaker that an environment needs."""

from dataclasses import replace

from contract.quotas import Quota
from infra.quotas import needed
from infra.settings import Capacity, Endpoint, Instances, settings_for

(DEV,) = settings_for("dev")
ONE = replace(
    DEV,
    processing_instances=Instances(instance_type="ml.m5.2xlarge"),
    evaluation_instances=Instances(instance_type="ml.m5.2xlarge"),
    training_instances=Instances(instance_type="ml.c5.4xlarge"),
    endpoint=Endpoint(instance_type="ml.m5.large"),
    capacity=Capacity(),
)


def quota(name: str, least: int, wanted: int | None = None) -> Quota:
    return Quota(name=name, least=least, wanted=least if wanted is None else wanted)


def test_each_instance_type_and_each_total_is_needed_once() -> None:
    assert needed(ONE) == [
        quota("ml.m5.2xlarge for processing job usage", 1),
        quota("Number of instances across all processing jobs", 1),
        quota("ml.c5.4xlarge for training job usage", 1),
        quota("Number of instances across all training jobs", 1),
        quota("ml.m5.large for endpoint usage", 1, 2),
        quota("Number of instances across active endpoints", 1, 2),
    ]


def test_jobs_of_several_instances_need_them_per_job_too() -> None:
    two = replace(
        ONE,
        processing_instances=Instances(instance_type="ml.m5.2xlarge", instance_count=3),
        training_instances=Instances(instance_type="ml.c5.4xlarge", instance_count=2),
    )
    found = {each.name: each.least for each in needed(two)}
    assert found["ml.m5.2xlarge for processing job usage"] == 3
    assert found["Number of instances across all training jobs"] == 2
    assert found["Maximum number of instances per processing job"] == 3
    assert found["Maximum number of instances per training job"] == 2


def test_a_serverless_endpoint_needs_concurrency_and_no_instances() -> None:
    endpoint = Endpoint(
        instance_type="ml.m5.large", serverless_memory_mb=2048, serverless_concurrency=7
    )
    *_, last = needed(replace(ONE, endpoint=endpoint))
    total = "Maximum total concurrency that can be allocated across all serverless endpoints"
    assert last == quota(total, 7)
    assert "for endpoint usage" not in str(needed(replace(ONE, endpoint=endpoint)))


def test_spot_instances_and_other_types_have_quotas_of_their_own() -> None:
    capacity = Capacity(spot=True, fallback_types=("ml.m5.4xlarge",))
    two = Instances(instance_type="ml.c5.4xlarge", instance_count=2)
    spot = replace(ONE, capacity=capacity, training_instances=two)
    found = {each.name: each for each in needed(spot)}
    assert found["ml.c5.4xlarge for spot training job usage"].least == 2
    assert found["Number of instances across all spot training jobs"].least == 2
    assert found["Maximum number of instances per spot training job"].least == 2
    assert not [name for name in found if "training" in name and "spot" not in name]
    other = found["ml.m5.4xlarge for spot training job usage"]
    assert (other.least, other.wanted) == (0, 2)
    assert other.later == "a lack of the first instance type"
