"""The roles of the deploying workflow: what they trust, what they may, and what judges say."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra import github_app, github_stack
from infra.setting_error import SettingsError
from infra.settings import GitHub, Settings, settings_for
from tests.infra.synthesis import templates
from tests.infra.variants import VARIANTS
from tests.judges.authorisation import judge
from tests.judges.policies import policies, statements
from tests.judges.templates import Resolver
from tests.judges.test_templates import lint

(DEV,) = settings_for("dev")
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
MAKES_ITS_PROVIDER = replace(DEV, github=GitHub(repository="acme/reviews"))
ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
BOOTSTRAP = ROOT / "node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml"
EVERY = pytest.mark.parametrize(
    "settings", [MAKES_ITS_PROVIDER, VARIANTS["guarded"]], ids=["new provider", "guarded"]
)


def files(settings: Settings, folder: Path) -> dict[str, Path]:
    app = App(outdir=str(folder))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    github_app.add_stack(app, settings)
    app.synth()
    return templates(folder)


def read(settings: Settings, folder: Path) -> Mapping[str, Any]:
    return {stack: json.loads(file.read_text()) for stack, file in files(settings, folder).items()}


@EVERY
def test_cfn_lint_and_cdk_nag_find_nothing(settings: Settings, tmp_path: Path) -> None:
    assert lint(files(settings, tmp_path).values()) == ""


@EVERY
def test_the_reference_has_nothing_against_the_policies(settings: Settings, tmp_path: Path) -> None:
    """The claims of a token are condition keys of its provider, which the reference has not."""
    found = list(judge(statements(read(settings, tmp_path))))
    assert {(one.rule, one.action) for one in found} == {
        ("not a condition key of the action", "sts:AssumeRoleWithWebIdentity")
    }
    issuer = "token.actions.githubusercontent.com"
    assert {one.detail for one in found} == {f"{issuer}:aud", f"{issuer}:sub"}


@EVERY
def test_a_role_trusts_one_repository_for_one_purpose(settings: Settings, tmp_path: Path) -> None:
    trusted = [
        statement["Condition"]["StringEquals"]
        for policy in policies(read(settings, tmp_path))
        if policy.kind == "trust"
        for statement in policy.document["Statement"]
    ]
    issuer, subjects = "token.actions.githubusercontent.com", ["repo:acme/reviews"]
    if settings.github.repository_id:
        subjects.append("repo:acme@123456/reviews@456789")
    assert trusted == [
        {
            f"{issuer}:aud": "sts.amazonaws.com",
            f"{issuer}:sub": [f"{subject}:{what}" for subject in subjects],
        }
        for what in ("pull_request", "environment:dev")
    ]


def test_a_role_may_only_assume_roles_of_the_bootstrap(tmp_path: Path) -> None:
    stacks = read(VARIANTS["guarded"], tmp_path)
    allowed = [found for found in statements(stacks) if found.kind == "identity"]
    assert {found.actions for found in allowed} == {("sts:AssumeRole",)}
    start = "arn:aws:iam::123456789012:role/cdk-hnb659fds"
    end = "role-123456789012-us-east-1"
    plan, deploy = (found.resources for found in allowed)
    assert plan == (f"{start}-lookup-{end}",)
    assert set(deploy) == {
        f"{start}-{kind}-{end}" for kind in ("deploy", "file-publishing", "lookup")
    }


def test_the_bootstrap_makes_roles_of_these_names() -> None:
    made = BOOTSTRAP.read_text()
    for kind in (*github_stack.TO_READ, *github_stack.TO_DEPLOY):
        name = f"cdk-${{Qualifier}}-{kind}-role-${{AWS::AccountId}}-${{AWS::Region}}"
        assert f"Fn::Sub: {name}" in made


def test_the_bootstrap_can_give_every_role_a_boundary() -> None:
    """By the options of docs/organisation.md; each role has the condition."""
    page = (ROOT / "docs" / "organisation.md").read_text()
    command_line = (BOOTSTRAP.parents[2] / "index.js").read_text()
    for option in ("custom-permissions-boundary", "apply-permissions-boundary-to-all-roles"):
        assert f"--{option}" in page
        assert option in command_line
    made = BOOTSTRAP.read_text()
    assert made.count("Type: AWS::IAM::Role") == made.count("      PermissionsBoundary:\n")


def test_an_existing_provider_is_taken(tmp_path: Path) -> None:
    (template,) = read(VARIANTS["guarded"], tmp_path).values()
    kinds = [resource["Type"] for resource in template["Resources"].values()]
    assert "AWS::IAM::OIDCProvider" not in kinds
    trusts = [
        Resolver(template, {}).resolve(resource["Properties"]["AssumeRolePolicyDocument"])
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
    ]
    assert {trust["Statement"][0]["Principal"]["Federated"] for trust in trusts} == {PROVIDER}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::IAM::Role":
            assert "reviews-boundary" in str(resource["Properties"]["PermissionsBoundary"])


def test_without_a_repository_there_is_nothing_to_deploy() -> None:
    with pytest.raises(SettingsError, match=r"github.repository='': allowed is OWNER/NAME of"):
        github_app.add_stack(App(), DEV)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"repository": "acme"}, "github.repository='acme': allowed is OWNER/NAME"),
        ({"repository": "acme/*"}, r"github.repository='acme/\*'"),
        ({"owner_id": "acme"}, "github.owner_id='acme': allowed is digits, or empty"),
        ({"repository_id": "456789"}, "github.owner_id='': allowed is digits, or empty like"),
        ({"owner_id": "123456"}, "github.repository_id='': allowed is digits, or empty like"),
        ({"provider": "github"}, "github.provider='github': allowed is arn:aws:iam::ACCOUNT:oidc"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        GitHub(**changes)


def test_the_workflow_deploys_every_environment_of_aws_in_their_order() -> None:
    workflow = yaml.safe_load((WORKFLOWS / "deploy.yml").read_text())
    jobs = workflow["jobs"]
    deploying = {name: job for name, job in jobs.items() if "uses" in job}
    assert [*deploying] == [
        settings.environment for settings in settings_for() if settings.environment != "local"
    ]
    assert {name: job["with"]["environment"] for name, job in deploying.items()} == {
        name: name for name in deploying
    }
    assert [job.get("needs") for job in deploying.values()] == [None, "dev", "staging"]
    planned = [item["environment"] for item in jobs["plan"]["strategy"]["matrix"]["include"]]
    assert planned == [*deploying]
