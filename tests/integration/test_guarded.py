"""An environment with every guard of an organisation, deployed, run, destroyed, with IAM enforced.

One story; the tests are its parts, in their order.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.faults.client import FaultClient
from localcloud.server import LocalCloud
from reviews.client.aws import leftovers, stacks
from reviews.client.runs.execution import Execution
from tests.integration import reviews
from tests.integration.deployment import Deployment
from tests.integration.executions import begin, finish, start
from tests.integration.guarded_app import BOUNDARY, TAGS, guarded
from worlds.execution_world import cloud

__all__ = ["cloud"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

POLICY = Path(__file__).parents[2] / "docs" / "permissions-boundary.json"
NAME = "acme-toys-local"


@pytest.fixture(scope="module")
def deployment(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """After an administrator has made the key and the boundary."""
    first = Deployment(cloud, tmp_path_factory.mktemp("cdk"))
    first.client("iam").create_policy(PolicyName=BOUNDARY, PolicyDocument=POLICY.read_text())
    key = first.client("kms").create_key()["KeyMetadata"]["Arn"]
    made = Deployment(cloud, tmp_path_factory.mktemp("guarded"), guarded(key))
    made.app = f"tests/integration/guarded_app.py {key}"
    made.set_up()
    with cloud.enforce_iam():
        yield made


@pytest.fixture(scope="module")
def ended(cloud: LocalCloud, deployment: Deployment) -> Execution:
    """An execution that finds no instances of the first type."""
    faults = FaultClient(cloud.endpoint_url, cloud.data_dir)
    faults.add("capacity", "sagemaker:CreateTrainingJob", matching="ml.m7i.large", times=1)
    return finish(deployment, start(deployment, "guarded", reviews.to_csv(reviews.rows())))


@pytest.fixture(scope="module")
def second(deployment: Deployment, ended: Execution) -> Execution:
    """The same once more."""
    states = deployment.client("stepfunctions")
    document = json.loads(states.describe_execution(executionArn=ended.arn)["input"])
    return finish(deployment, begin(deployment, "again", document))


def tags(deployment: Deployment, arn: str) -> dict[str, str]:
    found = deployment.client("sagemaker").list_tags(ResourceArn=arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in found}


def test_a_run_succeeds_within_the_boundary(ended: Execution) -> None:
    assert ended.status == "SUCCEEDED", ended.cause


def test_the_training_went_to_the_next_type_at_once(
    deployment: Deployment, ended: Execution
) -> None:
    """After the last of the types it would have waited for half an hour."""
    sagemaker = deployment.client("sagemaker")
    first, second = (
        sagemaker.describe_training_job(TrainingJobName=f"{NAME}-train-guarded-{attempt}")
        for attempt in (1, 2)
    )
    assert first["FailureReason"].startswith("CapacityError")
    assert first["ResourceConfig"]["InstanceType"] == "ml.m7i.large"
    assert second["ResourceConfig"]["InstanceType"] == "ml.m7i.xlarge"
    assert second["EnableManagedSpotTraining"] is True
    limits = second["StoppingCondition"]
    assert limits["MaxWaitTimeInSeconds"] == limits["MaxRuntimeInSeconds"] + 3600


def test_what_the_execution_made_has_the_tags(deployment: Deployment, ended: Execution) -> None:
    sagemaker = deployment.client("sagemaker")
    made = {
        "ProcessingJobSummaries": sagemaker.list_processing_jobs,
        "TrainingJobSummaries": sagemaker.list_training_jobs,
        "Models": sagemaker.list_models,
        "EndpointConfigs": sagemaker.list_endpoint_configs,
        "Endpoints": sagemaker.list_endpoints,
    }
    for key, ask in made.items():
        items = ask()[key]
        assert items, key
        for item in items:
            (arn,) = (value for name, value in item.items() if name.endswith("Arn"))
            found = tags(deployment, arn)
            assert TAGS.items() <= found.items(), arn
            assert found["reviews:run"] in {"guarded", "again"}
            assert NAME in arn


def test_a_second_run_reuses_features_and_model(ended: Execution, second: Execution) -> None:
    assert second.status == "SUCCEEDED", second.cause
    run = second.result()["run"]
    assert run["reused"] == dict.fromkeys(("process", "features", "train"), "guarded")
    scores = (one.result()["evaluation"]["accuracy"] for one in (ended, second))
    assert len(set(scores)) == 1


def test_the_stacks_and_their_resources_have_the_guards(
    deployment: Deployment, ended: Execution
) -> None:
    cloudformation = deployment.client("cloudformation")
    names = stacks.names(deployment.settings)
    assert names == [f"{NAME}-{part}" for part in ("Storage", "Features", "Pipeline")]
    for name in names:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        own = {tag["Key"]: tag["Value"] for tag in stack["Tags"]}
        assert own == {"reviews:environment": NAME} | ({} if name.endswith("Features") else TAGS)
    iam = deployment.client("iam")
    roles = [role for role in iam.list_roles()["Roles"] if role["RoleName"].startswith(NAME)]
    assert len(roles) > 15
    for role in roles:
        described = iam.get_role(RoleName=role["RoleName"])["Role"]
        boundary = described["PermissionsBoundary"]["PermissionsBoundaryArn"]
        assert boundary.endswith(f":policy/{BOUNDARY}")
    groups = deployment.client("logs").describe_log_groups()["logGroups"]
    kept = {group["logGroupName"]: group.get("retentionInDays") for group in groups}
    own = {name: days for name, days in kept.items() if NAME in name}
    assert len(own) > 10
    assert set(own.values()) == {7}


def test_the_buckets_have_the_existing_key(deployment: Deployment, ended: Execution) -> None:
    s3, key = deployment.client("s3"), deployment.settings.organisation.kms_key
    rules = s3.get_bucket_encryption(Bucket=deployment.outputs().artefact_bucket)
    (rule,) = rules["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key


def test_the_runs_know_what_they_would_have_cost(
    deployment: Deployment, ended: Execution, second: Execution
) -> None:
    """From real descriptions: the attempt that found no instances, the one by spot on the next
    type, and the endpoint, which serves the second run."""
    runs = deployment.facade().runs
    found = runs.cost(runs.named("guarded"))
    assert found.is_free  # here, and on AWS:
    assert found.usd
    costs = {cost.name: cost for cost in found.costs}
    refused, trained = (costs[f"{NAME}-train-guarded-{attempt}"] for attempt in (1, 2))
    assert (refused.instance_type, refused.seconds) == ("ml.m7i.large", 0)
    assert trained.instance_type == "ml.m7i.xlarge"
    assert 0 < trained.seconds <= trained.lasted
    processed = costs[f"{NAME}-process-guarded-1"]
    assert processed.seconds > 0
    assert NAME not in costs
    again = {cost.what: cost for cost in runs.cost(runs.named(second.name)).costs}
    assert list(again) == ["Evaluate", "Endpoint"]
    endpoint = again["Endpoint"]
    assert (endpoint.instance_type, endpoint.instances) == ("ml.m7i.large", 1)
    assert endpoint.seconds > 0


def test_it_has_a_budget_for_what_has_its_tag(deployment: Deployment, ended: Execution) -> None:
    budgets, account = deployment.client("budgets"), deployment.settings.account
    (budget,) = budgets.describe_budgets(AccountId=account)["Budgets"]
    assert budget["BudgetName"].startswith(f"{NAME}-")
    assert budget["BudgetLimit"] == {"Amount": "300", "Unit": "USD"}
    assert budget["CostFilters"] == {"TagKeyValue": [f"user:reviews:environment${NAME}"]}
    sagemaker = deployment.client("sagemaker")
    for item in sagemaker.list_training_jobs()["TrainingJobSummaries"]:
        assert tags(deployment, item["TrainingJobArn"])["reviews:environment"] == NAME


def test_destroying_it_leaves_nothing_but_key_and_boundary(
    deployment: Deployment, second: Execution
) -> None:
    deployment.destroy()
    facade = deployment.facade()
    leftovers.remove_bootstrap(facade)
    left = {kind: found for kind, found in leftovers.find(facade).items() if found}
    assert left == {}
    key = deployment.client("kms").describe_key(KeyId=deployment.settings.organisation.kms_key)
    assert key["KeyMetadata"]["KeyState"] == "Enabled"
