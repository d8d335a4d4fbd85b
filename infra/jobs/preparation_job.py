"""The processing job that turns reviews into features."""

from typing import Any

from sagemaker.sklearn.processing import SKLearnProcessor

from contract import s3_keys
from contract.features import SPLITS
from contract.hyperparameters import PREPARATION
from infra.images import Image
from infra.jobs.processing_jobs import (
    INPUT,
    MESSAGE,
    OUTPUT,
    modules,
    processing_options,
    read,
    write,
)
from infra.jobs.values import Values, hyperparameters
from infra.settings import Instances, Settings

# The SDK does not know the versions of these images, and SKLearnProcessor has no image_uri. So it
# gets a version that it knows, and then the image of infra/images.py.
_SDK_SKLEARN_VERSION = "1.4-2"


def processor(settings: Settings, session: Any, values: Values) -> Any:
    """The processor that turns reviews into features; `preparation` is for its `run`."""
    return sklearn_processor(
        settings,
        session,
        values,
        instances=settings.processing_instances,
        image=settings.image_of_processing(),
        isolated=False,  # never, since it calls the Feature Store
    )


def sklearn_processor(
    settings: Settings,
    session: Any,
    values: Values,
    *,
    instances: Instances,
    image: Image,
    isolated: bool,
) -> Any:
    made = SKLearnProcessor(
        framework_version=_SDK_SKLEARN_VERSION,
        **processing_options(settings, instances, session, values, isolated=isolated),
    )
    made.image_uri = image.uri
    return made


def preparation(settings: Settings, values: Values) -> dict[str, Any]:
    """The arguments of `processor(...).run(...)` for ml_code/preprocess.py."""
    arguments = {
        "input-data": f"{INPUT}/reviews",
        "output-data": OUTPUT,
        "resource-config": "/opt/ml/config/resourceconfig.json",
        "message-file": MESSAGE,
        "base-model": values.base_model,
        "text-column": values.text_column,
        "rating-column": values.rating_column,
        "title-column": values.title_column,
        "max-rejected-share": values.max_rejected_share,
        "train-share": settings.shares.train,
        "validation-share": settings.shares.validation,
        "test-share": settings.shares.test,
        **hyperparameters(PREPARATION, values),
        "format": settings.features_format,
        "feature-group-name": values.feature_group,
        "event-time": values.event_time,
    }
    return {
        "code": f"{values.code}/{s3_keys.SOURCE}/preprocess.py",
        "inputs": [read("reviews", values.reviews), *modules(settings, values)],
        "outputs": [
            *(write(name, f"{values.features}/{name}") for name in SPLITS),
            # Continuous, so that a job that fails also leaves the rows that were refused.
            write(s3_keys.REPORTS, f"{values.features}/{s3_keys.REPORTS}", mode="Continuous"),
        ],
        # --name=value in one argument: an empty value of its own, such as no title, would be lost.
        "arguments": [
            *(f"--{name}={value}" for name, value in arguments.items()),
            *(f"--labels={word}" for word in settings.labels.words),
        ],
    }
