"""A program a SageMaker user would write: process, train, deploy, predict. Knows nothing local.

Usage: python sdk_client.py ROLE_ARN BUCKET; prints one JSON object as its last line.
"""

import json
import sys
from pathlib import Path

import boto3
import sagemaker
from sagemaker.deserializers import JSONLinesDeserializer
from sagemaker.predictor import Predictor
from sagemaker.processing import FrameworkProcessor, ProcessingInput, ProcessingOutput
from sagemaker.pytorch import PyTorch, PyTorchModel
from sagemaker.serializers import JSONLinesSerializer
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor

SOURCE = Path(__file__).parent / "sdk_source"


class ReviewPredictor(Predictor):
    def __init__(self, endpoint_name, sagemaker_session):
        super().__init__(
            endpoint_name,
            sagemaker_session=sagemaker_session,
            serializer=JSONLinesSerializer(),
            deserializer=JSONLinesDeserializer(),
        )


def main(role, bucket):
    session = sagemaker.Session(default_bucket=bucket)
    common = {
        "role": role,
        "instance_type": "ml.m5.large",
        "instance_count": 1,
        "sagemaker_session": session,
    }
    boto3.client("s3").put_object(Bucket=bucket, Key="sdk/data/a.txt", Body=b"abc")
    places = {
        "inputs": [ProcessingInput(f"s3://{bucket}/sdk/data/", "/opt/ml/processing/in")],
        "arguments": ["/opt/ml/processing/in", "/opt/ml/processing/out"],
    }
    for name, processor, code in (
        ("plain", SKLearnProcessor("1.4-2", **common), {"code": str(SOURCE / "prepare.py")}),
        (
            "framework",
            FrameworkProcessor(SKLearn, "1.4-2", **common),
            {"code": "prepare.py", "source_dir": str(SOURCE)},
        ),
    ):
        output = ProcessingOutput("/opt/ml/processing/out", f"s3://{bucket}/sdk/{name}", "out")
        processor.run(**code, **places, outputs=[output], wait=True, logs=True)

    estimator = PyTorch(
        entry_point="train.py",
        source_dir=str(SOURCE),
        framework_version="2.8",
        py_version="py312",
        hyperparameters={"epochs": 2},
        metric_definitions=[{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
        **common,
    )
    estimator.fit({"train": f"s3://{bucket}/sdk/data/"})

    model = PyTorchModel(
        model_data=estimator.model_data,
        role=role,
        entry_point="inference.py",
        source_dir=str(SOURCE),
        framework_version="2.6",
        py_version="py312",
        predictor_cls=ReviewPredictor,
        sagemaker_session=session,
    )
    predictor = model.deploy(1, "ml.m5.large", endpoint_name="sdk-endpoint")
    predictions = predictor.predict([{"features": ["abc"]}, {"features": ["abcde"]}])
    job = estimator.latest_training_job.name
    print(json.dumps({"training_job": job, "predictions": predictions}))


if __name__ == "__main__":
    main(*sys.argv[1:])
