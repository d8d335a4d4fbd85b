"""Inputs of jobs that only some executions have, such as a base model in S3."""

from typing import Any

_PROCESSING_INPUTS = "/opt/ml/processing/input"
PROCESSING_PATH = f"{_PROCESSING_INPUTS}/base_model"
TRAINING_PATH = "/opt/ml/input/data/base_model"


def is_in_s3(base_model: str) -> bool:
    return base_model.startswith("s3://")


def processing_input(name: str, uri: str) -> dict[str, Any]:
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": f"{_PROCESSING_INPUTS}/{name}",
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
