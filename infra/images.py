"""The container images of the jobs and the endpoint: the table of AWS's, and an environment's own.

How to renew the table: docs/aws-checklist.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from infra import image_accounts, instances
from infra.setting_error import SettingsError
from infra.setting_group import settings_group

PROCESSING, TRAINING, SERVING = "processing", "training", "serving"
# The contract between a serving image and our code. toolkit: SageMaker's inference toolkits call
# model_fn, input_fn, predict_fn and output_fn of code/inference.py. ray: Ray Serve runs the
# application that SM_RAYSERVE_APP names.
TOOLKIT, RAY = "toolkit", "ray"
CONTRACTS = (TOOLKIT, RAY)
_CONTAINERS = "github.com/aws/deep-learning-containers, commit e0ecede of 2026-08-21"
_READ_ON = date(2026, 11, 28)
# For an image past its end of patches: what is needed, and how to correct it.
PATCHED = "an image that AWS patches"
RENEWAL = "docs/aws-checklist.md#images says how to renew the table in infra/images.py"
_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/"
    r"(?P<repository>[a-z0-9][a-z0-9._/-]*)(:[\w.-]+|@sha256:[0-9a-f]{64})"
)


@dataclass(frozen=True, kw_only=True)
class AwsImage:
    """An image of AWS. `job` is processing, training (and evaluation) or serving."""

    job: str
    device: str  # cpu or gpu
    repository: str
    tag: str
    python: str  # such as 3.12
    contract: str = ""  # of a serving image
    end_of_patches: date | None  # None: the tag is always that of the newest image
    ami: str = ""  # InferenceAmiVersion, whose NVIDIA driver the image needs
    accounts: Mapping[str, str]  # by region
    source: str  # of this row
    read_on: date = _READ_ON

    def uri(self, region: str) -> str:
        account = self.accounts[region]
        return f"{account}.dkr.ecr.{region}.amazonaws.com/{self.repository}:{self.tag}"


_SCIKIT_LEARN = AwsImage(
    job=PROCESSING,
    device="cpu",
    repository="sagemaker-scikit-learn",
    tag="1.9-0-cpu-py3",
    python="3.12",
    end_of_patches=date(2027, 7, 16),
    accounts=image_accounts.MACHINE_LEARNING,
    source=f"{_CONTAINERS}: .github/config/image/sklearn/sagemaker-1.9-0.yml, "
    "docs/src/data/sagemaker-scikit-learn/1.9-0-cpu-sagemaker.yml",
)
IMAGES = (
    _SCIKIT_LEARN,
    AwsImage(
        job=TRAINING,
        device="cpu",
        repository="pytorch",
        tag="2.13-cpu-amzn2023-sagemaker",
        python="3.12",
        end_of_patches=date(2027, 7, 20),
        accounts=image_accounts.DEEP_LEARNING,
        source=f"{_CONTAINERS}: .github/config/image/pytorch/2.13-sagemaker-cpu.yml, "
        "docs/src/data/pytorch/2.13-cpu-sagemaker.yml",
    ),
    AwsImage(
        job=TRAINING,
        device="gpu",
        repository="pytorch",
        tag="2.13-cu133-amzn2023-sagemaker",
        python="3.12",
        end_of_patches=date(2027, 7, 20),
        accounts=image_accounts.DEEP_LEARNING,
        source=f"{_CONTAINERS}: .github/config/image/pytorch/2.13-sagemaker-cuda.yml, "
        "docs/src/data/pytorch/2.13-cuda-sagemaker.yml",
    ),
    replace(_SCIKIT_LEARN, job=SERVING, contract=TOOLKIT),
    AwsImage(
        job=SERVING,
        device="gpu",
        repository="ray",
        tag="serve-ml-sagemaker-cuda",
        python="3.13",
        contract=RAY,
        end_of_patches=None,
        ami="al2-ami-sagemaker-inference-gpu-3-1",
        accounts=image_accounts.DEEP_LEARNING,
        source=f"{_CONTAINERS}: .github/config/image/ray/sagemaker-gpu.yml, "
        "docs/ray/deployment/sagemaker.md",
    ),
)


@settings_group
class OwnImage:
    """An image of yours, or an older one of AWS's, in place of that of
    [the table](aws-checklist.md#images). The requirements that it lacks are installed when a job
    starts."""

    uri: str = ""  # ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG; empty: AWS's
    python: str = "3.12"  # its version of Python, two numbers
    contract: str = TOOLKIT  # of a serving image: toolkit or ray
    ami: str = ""  # InferenceAmiVersion of an endpoint's hosts; empty: SageMaker's choice

    def __post_init__(self) -> None:
        if self.uri and not _URI.fullmatch(self.uri):
            allowed = "ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG (or @sha256:…)"
            raise SettingsError(name="images.uri", value=self.uri, allowed=allowed)
        if not re.fullmatch(r"3\.\d+", self.python):
            raise SettingsError(name="images.python", value=self.python, allowed="such as 3.12")
        if self.contract not in CONTRACTS:
            raise SettingsError(
                name="images.contract", value=self.contract, allowed=", ".join(CONTRACTS)
            )


@settings_group
class OwnImages:
    """The images of an environment that are not AWS's."""

    processing: OwnImage = field(default_factory=OwnImage)  # of the preparation
    training: OwnImage = field(default_factory=OwnImage)  # of training and evaluation
    serving: OwnImage = field(default_factory=OwnImage)  # of the endpoint


@dataclass(frozen=True, kw_only=True)
class Image:
    """The image of a job or an endpoint; `end_of_patches` is None where AWS has published none, and
    for an image of your own."""

    uri: str
    python: str
    contract: str = ""
    ami: str = ""
    end_of_patches: date | None = None

    @property
    def repository(self) -> str:
        """The name of its repository."""
        return self._part("repository")

    @property
    def repository_arn(self) -> str:
        region, account = self._part("region"), self._part("account")
        return f"arn:aws:ecr:{region}:{account}:repository/{self.repository}"

    def _part(self, name: str) -> str:
        found = _URI.fullmatch(self.uri)
        assert found  # noqa: S101 - the table and OwnImage make no other
        return found[name]


def jobs_by_image(images: Mapping[str, Image]) -> dict[Image, list[str]]:
    """The jobs of each image, by the image of each job."""
    found: dict[Image, list[str]] = {}
    for job, image in images.items():
        found.setdefault(image, []).append(job)
    return found


def ends_of_patches(images: Mapping[str, Image]) -> list[dict[str, str]]:
    """The end of patches of each image that has one, for the step Prepare, with the sentence of
    `reviews doctor` (reviews/client/checks/findings.py) after that day."""
    return [
        {
            "end_of_patches": image.end_of_patches.isoformat(),
            "sentence": f"Image for {', '.join(jobs)}: {image.uri.rpartition('/')[2]}, AWS "
            f"patches it until {image.end_of_patches}; needed: {PATCHED}. To fix it: {RENEWAL}",
        }
        for image, jobs in jobs_by_image(images).items()
        if image.end_of_patches
    ]


def choose(job: str, instance_type: str, region: str, own: OwnImage) -> Image:
    """The environment's own image, else AWS's for these instances.

    Raises SettingsError for instances that AWS's images are not for.
    """
    if own.uri:
        return Image(uri=own.uri, python=own.python, contract=own.contract, ami=own.ami)
    _check_instance(job, instance_type)
    device = "gpu" if job != PROCESSING and instances.has_gpu(instance_type) else "cpu"
    (found,) = (image for image in IMAGES if (image.job, image.device) == (job, device))
    return Image(
        uri=found.uri(region),
        python=found.python,
        contract=found.contract,
        ami=found.ami,
        end_of_patches=found.end_of_patches,
    )


def _check_instance(job: str, instance_type: str) -> None:
    name = f"instance_type of the {job}"
    if instances.is_other_architecture(instance_type):
        allowed = f"x86-64 with or without NVIDIA's GPUs, unless images.{job} names an image for it"
        raise SettingsError(name=name, value=instance_type, allowed=allowed)
    if job == TRAINING and instances.family(instance_type) in instances.BEFORE_CUDA_13:
        allowed = f"GPUs that CUDA 13 supports (g4dn, newer), unless images.{job} names an image"
        raise SettingsError(name=name, value=instance_type, allowed=allowed)
