"""AWS's images for docs/aws-checklist.md, from infra/images.py."""

from infra.images import IMAGES, AwsImage
from tools.blocks import table

_NO_DATE = "none given: the tag is that of the newest"


def render() -> str:
    return table(
        ["job", "instances", "image", "Python", "end of patches", "read on"], [*map(_row, IMAGES)]
    )


def _row(image: AwsImage) -> list[str]:
    end = image.end_of_patches.isoformat() if image.end_of_patches else _NO_DATE
    job = f"{image.job} ({image.contract})" if image.contract else image.job
    name = f"`{image.repository}:{image.tag}`"
    return [job, image.device, name, image.python, end, image.read_on.isoformat()]
