"""The ledger names only what there is, and says what is not known."""

import json
import re

import pytest

from reviews.client.checks.aws_checks import BOOTSTRAP_VERSION
from tests.infra.synthesis import folder_of_the_run
from tests.infra.variants import synthesised
from tools import aws_truth
from tools.aws_truth import WrongClaim

CLAIM = """
[document]
"Page" = { url = "https://docs.aws.amazon.com/x.html", read = 2026-11-30 }

[[claim.Limits]]
says = "A name of an execution has 80 characters"
used_in = ["reviews/client/runs/execution.py"]
model = ["stepfunctions Name holds 80"]
tests = ["botocore: tests/tools/test_aws_truth.py::test_a_claim_has_its_checks"]
documents = ["Page"]

[[claim.Images]]
says = "The images run"
used_in = ["infra/images.py"]
"""


def test_every_claim_names_what_there_is() -> None:
    aws_truth.read().check()


def test_a_claim_has_its_checks() -> None:
    lines = aws_truth.render(aws_truth.read(CLAIM)).splitlines()
    version = aws_truth.version_of("botocore")
    assert lines[0] == "2 claims; for 1 of them the answer is **nothing yet**:"
    assert lines[2] == "- The images run (`infra/images.py`)"
    (row,) = (line for line in lines if line.startswith("| A name of an execution"))
    assert row == (
        "| A name of an execution has 80 characters | `reviews/client/runs/execution.py` | "
        f"botocore {version}, its model; botocore {version} (`test_a_claim_has_its_checks`); "
        "[Page](https://docs.aws.amazon.com/x.html) | `make test`, 2026-11-30 |"
    )
    assert "| The images run | `infra/images.py` | **nothing yet** |  |" in lines


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ("reviews/client/runs/execution.py", "cli/executions.py", "no file cli/executions.py"),
        (
            "has_its_checks",
            "is_gone",
            "no test tests/tools/test_aws_truth.py::test_a_claim_is_gone",
        ),
        ("tests/tools/test_aws_truth", "tests/tools/test_gone", "no test tests/tools/test_gone.py"),
        ("holds 80", "holds 90", "botocore knows no such fact: stepfunctions Name holds 90"),
        ("Name holds", "Names holds", "stepfunctions has no shape Names"),
        ("botocore: ", "no-program: ", "no program no-program is installed"),
        ('documents = ["Page"]', 'documents = ["Book"]', "no document Book"),
        ('documents = ["Page"]', "", "documents that no claim names: Page"),
    ],
)
def test_what_leads_nowhere_is_named(right: str, wrong: str, reason: str) -> None:
    with pytest.raises(WrongClaim, match=re.escape(reason)):
        aws_truth.read(CLAIM.replace(right, wrong)).check()


@pytest.mark.parametrize("program", ["botocore", "aws-cdk", "image sagemaker-scikit-learn"])
def test_a_program_has_a_version(program: str) -> None:
    assert re.match(r"\d+\.\d+", aws_truth.version_of(program))


def test_the_bootstrap_version_is_what_the_cdk_asks_for(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Without a role for lookups, which would want a newer one, and which nothing here makes."""
    manifest = synthesised("dev", folder_of_the_run(tmp_path_factory)) / "manifest.json"
    artifacts = json.loads(manifest.read_text())["artifacts"].values()
    stacks = [found for found in artifacts if found["type"] == "aws:cloudformation:stack"]
    asked = {stack["properties"]["requiresBootstrapStackVersion"] for stack in stacks}
    assert asked == {BOOTSTRAP_VERSION}
