"""The event of the function Prepare, without the input and the execution, which are a run's."""

from typing import Any

from infra import images, promotion
from infra.requests import Request
from infra.settings import Settings


def of_settings(
    settings: Settings, *, processing: Request, training: Request, force: bool = False
) -> dict[str, Any]:
    """`processing` and `training` are the templates of the jobs whose results may be reused where
    these are the same. `force` makes warnings of what the account lacks."""
    return {
        "images": images.ends_of_patches(settings.every_image()),
        "force": force,
        "is_serverless": settings.endpoint.serverless_memory_mb > 0,
        "serving_image": settings.image_of_serving().uri,
        "sources": promotion.sources(settings),
        "evaluates": settings.promotion.evaluation,
        "requests": {"processing": processing, "training": training},
    }
