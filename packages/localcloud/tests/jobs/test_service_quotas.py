"""Service Quotas of the embedded AWS, and SageMaker's refusal of what goes beyond them."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.jobs import service_quotas
from localcloud.server import LocalCloud
from worlds.iam_world import IamWorld, allow

SERVICE = {"ServiceCode": "sagemaker"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IamWorld]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as cloud, cloud.enforce_iam():
        yield IamWorld(cloud)


@pytest.fixture(scope="module")
def client(world: IamWorld) -> Any:
    return world.owner.client("service-quotas")


@pytest.mark.parametrize("operation", ["list_service_quotas", "list_aws_default_service_quotas"])
def test_quotas_come_in_pages(client: Any, operation: str) -> None:
    first = getattr(client, operation)(**SERVICE)
    assert len(first["Quotas"]) == 100
    pages = client.get_paginator(operation).paginate(**SERVICE)
    names = [quota["QuotaName"] for page in pages for quota in page["Quotas"]]
    assert len(names) == len(set(names)) > 100


def test_a_quota_is_found_by_its_code(client: Any) -> None:
    quota = client.list_service_quotas(**SERVICE)["Quotas"][0]
    found = client.get_service_quota(**SERVICE, QuotaCode=quota["QuotaCode"])
    assert found["Quota"] == quota
    for wrong in ({"QuotaCode": "L-NONE"}, {"ServiceCode": "ec2"}):
        with pytest.raises(ClientError, match="NoSuchResourceException"):
            client.get_service_quota(**{**SERVICE, "QuotaCode": quota["QuotaCode"], **wrong})


def test_to_list_quotas_takes_a_permission_of_its_own(world: IamWorld) -> None:
    allowed = world.person(allow("servicequotas:ListServiceQuotas")).client("service-quotas")
    assert allowed.list_service_quotas(**SERVICE)["Quotas"]
    with pytest.raises(ClientError, match="servicequotas:ListAWSDefaultServiceQuotas"):
        allowed.list_aws_default_service_quotas(**SERVICE)


def test_more_instances_than_the_quota_are_refused_as_sagemaker_does(world: IamWorld) -> None:
    config = {"InstanceType": "ml.m5.large", "InstanceCount": 21, "VolumeSizeInGB": 1}
    with pytest.raises(ClientError) as caught:
        world.owner.client("sagemaker").create_processing_job(
            ProcessingJobName="large",
            RoleArn=world.role(),
            AppSpecification={
                "ImageUri": "1.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1",
                "ContainerEntrypoint": ["true"],
            },
            ProcessingResources={"ClusterConfig": config},
        )
    error = caught.value.response["Error"]
    assert error["Code"] == "ResourceLimitExceeded"
    assert error["Message"].startswith(
        "The account-level service limit 'ml.m5.large for processing job usage' is 20 Instances, "
        "with current utilization of 0 Instances and a request delta of 21 Instances."
    )


def test_the_number_of_instances_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(service_quotas.INSTANCES, "0")
    with pytest.raises(Exception, match="training job usage' is 0 Instances"):
        service_quotas.check("training job", "ml.m5.large", 1)
    monkeypatch.setenv(service_quotas.INSTANCES, "many")
    with pytest.raises(ValueError, match="LOCALCLOUD_INSTANCES='many' must be a whole number"):
        service_quotas.instances()
