"""The images of the jobs, and the errors for settings without an image."""

from dataclasses import replace
from datetime import date

import botocore.session
import pytest
from sagemaker import image_uris

from infra import instances
from infra.images import IMAGES, RAY, SERVING, TOOLKIT, OwnImage, OwnImages
from infra.regions import REGIONS
from infra.setting_error import SettingsError
from infra.settings import Endpoint, Instances, Settings, settings_for
from localcloud.jobs.images import KNOWN

_SHAPES = ("ProcessingInstanceType", "TrainingInstanceType", "ProductionVariantInstanceType")


def dev(**changes: object) -> Settings:
    (settings,) = settings_for("dev")
    return replace(settings, **changes)


def test_the_table_has_the_source_of_each_image() -> None:
    for image in IMAGES:
        assert image.source.startswith("github.com/aws/deep-learning-containers, commit ")
        assert image.read_on <= date.today()
        assert image.contract in ((TOOLKIT, RAY) if image.job == SERVING else ("",))


def test_the_accounts_are_those_that_the_sdk_knows() -> None:
    """Of repositories that it knows by older versions."""
    known = image_uris.config_for_framework("pytorch")["training"]["versions"]["2.8.0"]
    containers = {image.repository: image.accounts for image in IMAGES}
    for region, account in containers["pytorch"].items():
        assert known["registries"].get(region, account) == account
    known = image_uris.config_for_framework("sklearn")["training"]["versions"]["1.4-2"]
    for region, account in containers["sagemaker-scikit-learn"].items():
        assert known["registries"].get(region, account) == account


def test_every_image_is_chosen_by_its_job_and_device() -> None:
    on_gpus = dev(training_instances=Instances(instance_type="ml.g5.xlarge"))
    assert on_gpus.image_of_training().uri == (
        "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13-cu133-amzn2023-sagemaker"
    )
    # Nothing of the preparation runs on a GPU.
    assert dev(
        processing_instances=Instances(instance_type="ml.g5.xlarge")
    ).image_of_processing() == (dev().image_of_processing())
    assert dev().image_of_evaluation().uri.endswith("/pytorch:2.13-cpu-amzn2023-sagemaker")


def test_another_region_has_another_account() -> None:
    image = dev(region="eu-south-2").image_of_training()
    assert image.uri.startswith("503227376785.dkr.ecr.eu-south-2.amazonaws.com/pytorch:")
    assert image.repository_arn == "arn:aws:ecr:eu-south-2:503227376785:repository/pytorch"


def test_there_is_an_account_for_every_region_of_an_environment() -> None:
    for image in IMAGES:
        assert set(image.accounts) == set(REGIONS), image.repository


def test_instances_that_the_images_are_not_for_are_named() -> None:
    for instance_type in ("ml.m6g.large", "ml.inf2.xlarge", "ml.trn1.2xlarge"):
        with pytest.raises(SettingsError, match=r"unless images\.training names an image"):
            dev(training_instances=Instances(instance_type=instance_type))
    with pytest.raises(SettingsError, match="GPUs that CUDA 13 supports"):
        dev(training_instances=Instances(instance_type="ml.p3.2xlarge"))


def test_an_environment_may_bring_its_own_image() -> None:
    uri = "123456789012.dkr.ecr.us-east-1.amazonaws.com/our/server:7"
    own = OwnImages(serving=OwnImage(uri=uri, python="3.13", contract=RAY))
    image = dev(images=own, endpoint=Endpoint(instance_type="ml.m6g.large")).image_of_serving()
    assert (image.uri, image.python, image.contract) == (uri, "3.13", RAY)
    assert image.repository_arn == "arn:aws:ecr:us-east-1:123456789012:repository/our/server"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"uri": "our/server:7"}, "images.uri='our/server:7': allowed is ACCOUNT.dkr.ecr"),
        ({"python": "3"}, "images.python='3': allowed is such as 3.12"),
        ({"contract": "flask"}, "images.contract='flask': allowed is toolkit, ray"),
    ],
)
def test_a_wrong_own_image_is_named(values: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        OwnImage(**values)


def test_no_family_with_a_disk_of_its_own_is_forgotten() -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    known = {size.split(".")[1] for shape in _SHAPES for size in model.shape_for(shape).enum}
    marked = {name for name in known if name[2:].startswith(("d", "gd", "id", "dn"))}
    assert marked - instances.LOCAL_DISK == set()
    assert not instances.has_local_disk("ml.p3.2xlarge")


def test_the_embedded_aws_knows_the_images_of_its_environment() -> None:
    (local,) = settings_for("local")
    assert {image.repository for image in local.every_image().values()} <= set(KNOWN)
