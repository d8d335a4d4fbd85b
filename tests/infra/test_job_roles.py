"""The execution roles of jobs may what AWS's own SDK gives to such a role."""

import pytest

from tests.infra.conftest import Synthesised

# Of a training, for its buckets and its key: aws/sagemaker-python-sdk at a248126 (21 August 2026),
# sagemaker-core/src/sagemaker/core/helper/iam_policies.py.
BY_AWS = {
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListBucket",
    "s3:GetBucketLocation",
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:GenerateDataKey",
}


@pytest.mark.parametrize("role", ["Processing", "Training", "Scoring", "Drift"])
def test_a_job_whose_output_is_encrypted_may_what_aws_gives_to_one(
    role: str, synthesised: Synthesised
) -> None:
    policies = synthesised.resources("prod", "Pipeline", "AWS::IAM::Policy")
    (policy,) = (found for name, found in policies.items() if name.startswith(f"JobRoles{role}"))
    listed = [item["Action"] for item in policy["Properties"]["PolicyDocument"]["Statement"]]
    actions = {action for one in listed for action in ([one] if isinstance(one, str) else one)}
    assert actions >= BY_AWS
