"""The pretrained model that an environment in a closed network takes from S3."""

from reviews.client.aws.connection import Connection
from reviews.client.files import samples, storage


def upload(connection: Connection) -> str:
    """Uploads the installed model where the environment expects it; returns that s3:// prefix.

    Empty, and nothing to do, where the base model is a name that a model hub knows, or another
    model. Raises InvalidArgument when the model is not installed.
    """
    base_model = connection.outputs.base_model
    if not is_installed_one(base_model):
        return ""
    storage.upload_directory(connection.client("s3"), samples.installed_base_model(), base_model)
    return base_model


def is_installed_one(base_model: str) -> bool:
    """Whether this s3:// prefix is that of the model that comes with the installation."""
    return base_model.startswith("s3://") and base_model.rstrip("/").endswith(
        f"/{samples.BASE_MODEL}"
    )
