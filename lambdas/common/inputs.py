"""A base model in S3 becomes an input of the job; a name is the job's own business."""

from typing import Any

PROCESSING_PATH = "/opt/ml/processing/input/base_model"
TRAINING_PATH = "/opt/ml/input/data/base_model"


def is_in_s3(base_model: str) -> bool:
    return base_model.startswith("s3://")


def processing_input(uri: str) -> dict[str, Any]:
    return {
        "InputName": "base_model",
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": PROCESSING_PATH,
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
        },
    }


def training_channel(uri: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {
        "ChannelName": "base_model",
        "InputMode": "File",
        "DataSource": {"S3DataSource": source},
    }
