import pytest

from tools.aws_model import UnknownFact, holds


@pytest.mark.parametrize(
    "fact",
    [
        "sagemaker CreateTrainingJob takes ResourceConfig.VolumeKmsKeyId",
        "sagemaker CreateProcessingJob takes ProcessingInputs.S3Input.LocalPath",  # a list's
        "sagemaker DescribeTrainingJob answers FailureReason",
        "sagemaker CreateTrainingJob raises ResourceLimitExceeded",
        "sagemaker TrainingJobStatus includes Completed",
        "sagemaker ContainerArguments holds 100",
        "sagemaker VariantProperty says (Not currently supported.)",
        "sagemaker endpoint_deleted waits for ValidationException",
    ],
)
def test_what_the_models_state_holds(fact: str) -> None:
    assert holds(fact)


@pytest.mark.parametrize(
    "fact",
    [
        "sagemaker CreateTrainingJob takes ResourceConfig.VolumeKey",
        "sagemaker CreateTrainingJob takes TrainingJobName.Length",
        "sagemaker DescribeTrainingJob answers FailureReasons",
        "sagemaker CreateTrainingJob raises QuotaExceeded",
        "sagemaker TrainingJobStatus includes Done",
        "sagemaker ContainerArguments holds 10",
        "sagemaker VariantProperty says supported by all",
        "sagemaker endpoint_deleted waits for NoSuchEndpoint",
    ],
)
def test_what_they_do_not_state_does_not_hold(fact: str) -> None:
    assert not holds(fact)


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        ("sagemaker TrainingJobStatus is Completed", "allowed is takes, answers, raises"),
        ("sagemaker", "allowed is takes"),
        ("sagemakers TrainingJobStatus includes Completed", "Unknown service"),
        ("sagemaker TrainingStatus includes Completed", "no shape TrainingStatus"),
        ("sagemaker StartTrainingJob raises ResourceInUse", "no operation StartTrainingJob"),
    ],
)
def test_a_fact_of_no_form_or_of_nothing_is_refused(fact: str, reason: str) -> None:
    with pytest.raises(UnknownFact, match=reason):
        holds(fact)
