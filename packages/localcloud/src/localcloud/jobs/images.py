"""Container images that this machine can stand in for.

An image is known by its repository name, whatever registry, account or tag it has: its programs run
in the server's own Python. Not emulated: the image's operating system and pinned library versions.
"""

import sys
from importlib.util import find_spec

from localcloud.core.errors import ValidationException

SKLEARN = "sagemaker-scikit-learn"
PYTORCH = "pytorch"  # of 2.11 and later: training alone
PYTORCH_TRAINING = "pytorch-training"
PYTORCH_INFERENCE = "pytorch-inference"
RAY = "ray"  # its images for SageMaker serve alone
KNOWN = (SKLEARN, PYTORCH, PYTORCH_TRAINING, PYTORCH_INFERENCE, RAY)


def repository(image_uri: str) -> str:
    """`123.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13-cpu-sagemaker` → `pytorch`.

    Raises ValidationException for an image that cannot run here.
    """
    name = image_uri.partition("@")[0].rpartition("/")[2].partition(":")[0]
    if name not in KNOWN:
        raise ValidationException(
            f"Image {image_uri!r} is not supported by localcloud: its repository must be one of "
            + ", ".join(KNOWN)
        )
    return name


def check_serving(image_uri: str) -> None:
    """Raises ValidationException for an image that cannot serve here."""
    if repository(image_uri) == RAY and find_spec("ray") is None:
        raise ValidationException(
            f"Image {image_uri!r} serves with Ray, which is not installed beside localcloud. "
            f"Install it: {sys.executable} -m pip install 'ray[serve]'"
        )
