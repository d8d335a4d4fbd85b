"""The pretrained model of an environment that loads it from S3 and not from a model hub."""

from reviews.client.aws.connection import Connection
from reviews.client.files import samples, storage


def upload(connection: Connection) -> str:
    """Uploads the installed model to the prefix of the environment's settings; returns the prefix.

    Uploads nothing and returns "" where the settings name a model of a hub, or another prefix.
    Raises InvalidArgument when the model is not installed.
    """
    base_model = connection.outputs.base_model
    if not is_installed_model(base_model):
        return ""
    storage.upload_directory(connection.client("s3"), samples.installed_base_model(), base_model)
    return base_model


def is_installed_model(base_model: str) -> bool:
    """Whether this s3:// prefix is for the model that comes with the installation."""
    return base_model.startswith("s3://") and base_model.rstrip("/").endswith(
        f"/{samples.BASE_MODEL}"
    )
