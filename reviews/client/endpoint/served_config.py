"""The endpoint of an environment with the configuration that it serves, as SageMaker has them."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from reviews.client.aws.connection import Connection
from reviews.client.aws.missing import is_missing_resource


@dataclass(frozen=True, kw_only=True)
class ServedConfig:
    """The answers of DescribeEndpoint and DescribeEndpointConfig, and the configuration's tags."""

    endpoint: dict[str, Any]
    config: dict[str, Any]
    tags: dict[str, str]


def find(connection: Connection) -> ServedConfig | None:
    """The endpoint's configuration; None where there is no endpoint, or its configuration was
    deleted."""
    sagemaker = connection.client("sagemaker")
    try:
        endpoint = sagemaker.describe_endpoint(EndpointName=connection.outputs.endpoint_name)
        config = sagemaker.describe_endpoint_config(
            EndpointConfigName=endpoint["EndpointConfigName"]
        )
        tags = sagemaker.list_tags(ResourceArn=config["EndpointConfigArn"])["Tags"]
    except ClientError as error:
        if is_missing_resource(error):
            return None
        raise
    return ServedConfig(
        endpoint=endpoint, config=config, tags={tag["Key"]: tag["Value"] for tag in tags}
    )
