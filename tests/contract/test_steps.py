"""The steps and their words."""

import pytest

from contract.execution_input import FIELDS
from contract.steps import JobKind, StartAt, Step, step_of


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("Prepare", Step.PREPARE),
        ("StartAt?", Step.PREPARE),
        ("CopyModel", Step.PREPARE),
        ("StartProcessing", Step.PROCESS),
        ("ProcessingDone?", Step.PROCESS),
        ("CheckFeatures", Step.FEATURES),
        ("DescribeTraining", Step.TRAIN),
        ("WaitForEvaluation", Step.EVALUATE),
        ("CheckGate", Step.GATE),
        ("RegisterModel", Step.GATE),
        ("Approved?", Step.GATE),
        ("RecordAnswer", Step.GATE),
        ("DeployEndpoint", Step.DEPLOY),
        ("DescribeEndpoint", Step.DEPLOY),
        ("ScaleEndpoint", Step.DEPLOY),
        ("SmokeTest", Step.SMOKE_TEST),
        ("NotifySuccess", Step.SMOKE_TEST),
        ("Succeeded", Step.SMOKE_TEST),
        ("HandleFailure", None),
        ("Resume?", None),
        ("WaitForTrainingOfSomebodyElse", None),
    ],
)
def test_a_state_has_its_step(state: str, step: Step | None) -> None:
    assert step_of(state) is step


def test_the_words_of_a_step_follow_from_its_name() -> None:
    assert [step.value for step in Step] == [
        *("prepare", "process", "features", "train"),
        *("evaluate", "gate", "deploy", "smoke-test"),
    ]
    assert Step.SMOKE_TEST.title == "Smoke test"
    assert Step.SMOKE_TEST.error == "SmokeTest"


def test_no_state_has_two_steps() -> None:
    names = [name for step in Step for name in step.states]
    assert len(names) == len(set(names))


def test_every_start_has_fields_of_its_own() -> None:
    assert tuple(FIELDS) == tuple(start.value for start in StartAt)


def test_a_job_has_the_log_group_of_its_kind() -> None:
    groups = {step: step.job.log_group for step in Step if step.job}
    assert groups[Step.EVALUATE] == groups[Step.PROCESS] == "/aws/sagemaker/ProcessingJobs"
    assert JobKind.TRAINING.log_group == "/aws/sagemaker/TrainingJobs"
