"""An environment in its own VPC, without access to the internet."""

from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from infra import requests
from infra.setting_error import SettingsError
from infra.settings import Network, settings_for
from tests.infra import variants
from tests.infra.conftest import Synthesised, as_list
from tests.infra.synthesis import folder_of_the_run
from tests.infra.test_requests import AT_SYNTH

LISTS = {"subnets": ["subnet-1", "subnet-2"], "security_groups": ["sg-1"]}
VPC = {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}
# A new VPC in staging, and an existing one in dev.
VARIANTS = {"staging": "new-vpc-isolated", "dev": "own-vpc-isolated"}
NEW = variants.VARIANTS[VARIANTS["staging"]]


@pytest.fixture(scope="module")
def synthesised(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    folder = folder_of_the_run(tmp_path_factory)
    return Synthesised({of: variants.synthesised(name, folder) for of, name in VARIANTS.items()})


def compiled(compile_request: Any, operation: str) -> dict[str, Any]:
    request = requests.fill(
        compile_request(NEW), lists=LISTS, wheels="s3://data/wheels", **AT_SYNTH
    )
    model = botocore.session.get_session().get_service_model("sagemaker")
    found = ParamValidator().validate(request, model.operation_model(operation).input_shape)
    assert not found.has_errors(), found.generate_report()
    return request


def test_training_is_isolated_and_brings_its_code_and_packages_as_channels() -> None:
    request = compiled(requests.training, "CreateTrainingJob")
    assert request["EnableNetworkIsolation"] is True
    assert request["VpcConfig"] == VPC
    channels = {
        channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3Uri"]
        for channel in request["InputDataConfig"]
    }
    assert channels["wheels"] == "s3://data/wheels"
    assert channels["code"] == "{code}/sourcedir.tar.gz"
    # Values of hyperparameters are JSON.
    place = request["HyperParameters"]["sagemaker_submit_directory"]
    assert place == '"/opt/ml/input/data/code/sourcedir.tar.gz"'
    assert request["Environment"] == {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "/opt/ml/input/data/wheels",
    }


def test_serving_is_isolated_and_has_its_packages_in_the_artefact() -> None:
    request = compiled(requests.model, "CreateModel")
    assert request["EnableNetworkIsolation"] is True
    assert request["VpcConfig"] == VPC
    environment = request["PrimaryContainer"]["Environment"]
    assert environment["PIP_FIND_LINKS"] == "/opt/ml/model/code/wheels"


@pytest.mark.parametrize(
    ("compile_request", "isolated"), [(requests.processing, False), (requests.evaluation, True)]
)
def test_only_the_job_that_feeds_the_feature_store_may_talk(
    compile_request: Any, isolated: bool
) -> None:
    request = compiled(compile_request, "CreateProcessingJob")
    assert request["NetworkConfig"] == {"EnableNetworkIsolation": isolated, "VpcConfig": VPC}
    inputs = {
        item["InputName"]: item["S3Input"]["LocalPath"] for item in request["ProcessingInputs"]
    }
    assert request["Environment"]["PIP_FIND_LINKS"] == inputs["wheels"]


def test_a_new_vpc_has_no_way_out_and_doors_to_aws(synthesised: Synthesised) -> None:
    kinds = [
        item["Type"] for item in synthesised.template("staging", "Pipeline")["Resources"].values()
    ]
    assert "AWS::EC2::InternetGateway" not in kinds
    assert "AWS::EC2::NatGateway" not in kinds
    assert kinds.count("AWS::EC2::Subnet") == 2
    assert kinds.count("AWS::EC2::FlowLog") == 1
    doors = synthesised.resources("staging", "Pipeline", "AWS::EC2::VPCEndpoint").values()
    types = sorted(door["Properties"]["VpcEndpointType"] for door in doors)
    assert types == ["Gateway", "Interface", "Interface"]


def rules(synthesised: Synthesised, environment: str, kind: str) -> set[tuple[Any, ...]]:
    """Protocol and ports by which the group of the jobs talks with itself."""
    found = synthesised.resources(environment, "Pipeline", f"AWS::EC2::SecurityGroup{kind}")
    other = {"Ingress": "Source", "Egress": "Destination"}[kind]
    return {
        (rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"))
        for rule in (item["Properties"] for item in found.values())
        if rule["GroupId"] == rule[f"{other}SecurityGroupId"]
    }


@pytest.mark.parametrize("environment", ["staging", "dev"])
@pytest.mark.parametrize("kind", ["Ingress", "Egress"])
def test_hosts_that_train_together_may_encrypt_their_traffic(
    synthesised: Synthesised, environment: str, kind: str
) -> None:
    found = rules(synthesised, environment, kind)
    assert found == {("tcp", 0, 65535), ("udp", 500, 500), ("50", None, None)}


def test_nothing_but_jobs_and_endpoint_is_in_their_security_group(
    synthesised: Synthesised,
) -> None:
    """The cleanup waits until no network interface is in it, and those of doors go later."""
    (leftovers,) = synthesised.resources("staging", "Pipeline", "Custom::Leftovers").values()
    (group,) = leftovers["Properties"]["SecurityGroups"]
    doors = synthesised.resources("staging", "Pipeline", "AWS::EC2::VPCEndpoint").values()
    assert group not in [
        found for door in doors for found in door["Properties"].get("SecurityGroupIds", [])
    ]


def test_the_gateway_endpoint_of_s3_allows_what_the_roles_of_jobs_allow(
    synthesised: Synthesised,
) -> None:
    doors = synthesised.resources("staging", "Pipeline", "AWS::EC2::VPCEndpoint").values()
    (door,) = [door for door in doors if door["Properties"]["VpcEndpointType"] == "Gateway"]
    (open_,) = door["Properties"]["PolicyDocument"]["Statement"]
    policies = synthesised.resources("staging", "Pipeline", "AWS::IAM::Policy").items()
    wanted = {
        action
        for name, policy in policies
        if name.startswith("JobRoles")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
        if action.startswith("s3:")
    }
    assert wanted
    assert wanted <= set(open_["Action"])
    assert open_["Condition"] == {
        "StringEquals": {"aws:ResourceAccount": {"Ref": "AWS::AccountId"}}
    }


def test_the_cleanup_may_look_at_network_interfaces(synthesised: Synthesised) -> None:
    policies = synthesised.resources("staging", "Pipeline", "AWS::IAM::Policy")
    (policy,) = [item for name, item in policies.items() if name.startswith("Cleanup")]
    (statement,) = [
        statement
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if "ec2:DescribeNetworkInterfaces" in as_list(statement["Action"])
    ]
    assert statement["Resource"] == "*"


def test_an_existing_vpc_gets_a_security_group_and_nothing_else(synthesised: Synthesised) -> None:
    resources = synthesised.template("dev", "Pipeline")["Resources"].values()
    made = [item for item in resources if item["Type"].startswith("AWS::EC2::")]
    assert {item["Type"] for item in made} == {
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
    }
    (group,) = [item for item in made if item["Type"] == "AWS::EC2::SecurityGroup"]
    assert group["Properties"]["VpcId"] == variants.VPC_ID
    (rule,) = group["Properties"]["SecurityGroupEgress"]
    assert (rule["FromPort"], rule["ToPort"]) == (443, 443)


@pytest.mark.parametrize("environment", ["staging", "dev"])
def test_the_state_machine_knows_the_subnets(synthesised: Synthesised, environment: str) -> None:
    start = synthesised.definition(environment)["States"]["StartTraining"]
    config = start["Arguments"]["Payload"]["request"]["VpcConfig"]
    assert len(config["Subnets"]) == 2
    assert not [name for name in config["Subnets"] if name.startswith("{")]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"vpc": "mine"}, "network.vpc='mine': allowed is '', new, vpc-"),
        ({"vpc": "vpc-1"}, "network.subnets=.*: allowed is 2 to 16 ids"),
        ({"vpc": "vpc-1", "subnets": ["subnet-1"]}, "network.subnets=.*: allowed is 2 to 16 ids"),
        ({"vpc": "vpc-1", "subnets": ["subnet-1"] * 2}, "network.subnets="),
        (
            {"vpc": "vpc-1", "subnets": "subnet-1,subnet-2"},
            "subnets='.*': allowed is a list",
        ),
        ({"vpc": "vpc-1", "subnets": ["subnet-1", "sg-1"]}, "network.subnets="),
        ({"subnets": ["subnet-1", "subnet-2"]}, "network.subnets=.*: allowed is none without"),
        ({"wheels": "s3://data/wheels"}, "network.wheels='s3://data/wheels': allowed is a prefix"),
        ({"vpc": "new"}, "network.wheels='': allowed is a prefix"),
        ({"isolated": True}, "network.wheels='': allowed is a prefix"),
    ],
)
def test_a_network_that_cannot_work_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Network(**values)


def test_a_closed_network_needs_its_base_model_in_s3() -> None:
    (settings,) = settings_for("dev")
    with pytest.raises(SettingsError, match="base_model='roberta-base': allowed is an s3://"):
        replace(settings, network=Network(isolated=True, wheels="wheels/"))
