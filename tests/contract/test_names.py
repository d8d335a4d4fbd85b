"""Names fit AWS's limits, never meet, and can be read again."""

from pathlib import Path

import botocore.session
import pytest
import regex

from contract.names import (
    CONFIG,
    LONGEST_NAME,
    MODEL,
    TRANSFORM,
    JobName,
    bucket_name,
    environment_name,
    function_name,
    promotion_role,
    read_job_name,
    refused_in_tags,
    resource_name,
    run_id,
    scalable_target,
    scoring_name,
    stack_name,
)
from contract.steps import STEPS_WITH_A_JOB, Step

LAMBDAS = Path(__file__).parents[2] / "lambdas"


@pytest.mark.parametrize("name", ["run-1", "run-20260131-120000", "a"])
def test_a_plain_name_is_the_id(name: str) -> None:
    assert run_id(name) == name


def test_a_name_of_an_execution_has_no_character_that_the_tags_of_sagemaker_refuse() -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    allowed = regex.compile(model.shape_for("TagValue").metadata["pattern"])
    names = [*map(chr, range(33, 127)), *"éß東٣²½…😀"]
    assert {name for name in names if refused_in_tags(name)} == {
        name for name in names if not allowed.fullmatch(name)
    }
    assert refused_in_tags("try(1)!") == "("


def test_ids_fit_and_never_meet() -> None:
    names = ["Run 1", "run_1", "run.1", "RUN-1", "x" * 80, "x" * 79, "---", "é"]
    ids = {run_id(name) for name in names}
    assert len(ids) == len(names)
    for identity in ids:
        assert len(identity) <= 24
        assert identity[0].isalnum()
        assert identity[-1].isalnum()


@pytest.mark.parametrize(
    "kind", [*(step.value for step in STEPS_WITH_A_JOB), CONFIG, MODEL, TRANSFORM]
)
def test_what_an_execution_makes_has_63_characters_at_most(kind: str) -> None:
    longest_run = run_id("x" * 80)
    assert len(longest_run) == 24
    assert len(resource_name("n" * LONGEST_NAME, kind, longest_run, 999)) <= 63


def test_functions_roles_and_state_machines_have_names_that_aws_takes() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: 64 for a role;
    64 for a function, 80 for a state machine (botocore's models)."""
    name, functions = "n" * LONGEST_NAME, [folder.name for folder in LAMBDAS.iterdir()]
    assert len(functions) > 10
    assert max(len(function_name(name, folder)) for folder in functions) <= 64
    assert len(promotion_role(name)) <= 64
    assert len(scoring_name(name)) <= 80


@pytest.mark.parametrize("purpose", ["data", "artefacts", "logs"])
def test_a_bucket_has_63_characters_at_most_in_every_region(purpose: str) -> None:
    session = botocore.session.get_session()
    regions = [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("sagemaker", partition)
    ]
    assert len(regions) > 30
    names = [bucket_name("n" * LONGEST_NAME, purpose, "1" * 12, region) for region in regions]
    assert max(map(len, names)) <= 63


@pytest.mark.parametrize("step", STEPS_WITH_A_JOB)
@pytest.mark.parametrize("run", ["a", "run-1", "train-2-of-3"])
def test_the_name_of_a_job_tells_its_step_and_run(step: Step, run: str) -> None:
    name = resource_name("reviews-dev", step.value, run, 12)
    assert read_job_name(name, "reviews-dev") == JobName(step, run)


@pytest.mark.parametrize(
    "name",
    [
        "reviews-dev-process-run",  # no attempt
        "reviews-dev-features-run-1-1",  # a step without a job
        "reviews-development-train-run-1-1",  # another environment
        "other-reviews-dev-train-run-1-1",
        "",
    ],
)
def test_a_job_of_somebody_else_has_no_step(name: str) -> None:
    assert read_job_name(name, "reviews-dev") is None


def test_names_of_an_environment_begin_alike() -> None:
    assert environment_name("reviews", "prod") == "reviews-prod"
    assert stack_name("reviews-prod", "Pipeline") == "reviews-prod-Pipeline"
    assert (
        scalable_target("reviews-prod")["ResourceId"] == "endpoint/reviews-prod/variant/AllTraffic"
    )
