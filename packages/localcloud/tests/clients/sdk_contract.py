"""What a user of the SageMaker SDK does after sdk_client.py: waits, looks, registers, transforms.

Usage: python sdk_contract.py ROLE_ARN BUCKET TRAINING_JOB; prints one JSON object as its last line.
"""

import json
import sys
from pathlib import Path

import boto3
import pandas as pd
import sagemaker
from sagemaker.analytics import TrainingJobAnalytics
from sagemaker.deserializers import JSONLinesDeserializer
from sagemaker.feature_store.feature_group import FeatureGroup
from sagemaker.model import ModelPackage
from sagemaker.predictor import Predictor
from sagemaker.pytorch import PyTorchModel
from sagemaker.serializers import JSONLinesSerializer

SOURCE = Path(__file__).parent / "sdk_source"
ENDPOINT = "sdk-endpoint"


def main(role, bucket, job):
    session = sagemaker.Session(default_bucket=bucket)
    trained = session.wait_for_job(job)
    model = PyTorchModel(
        model_data=trained["ModelArtifacts"]["S3ModelArtifacts"],
        role=role,
        entry_point="inference.py",
        source_dir=str(SOURCE),
        framework_version="2.6",
        py_version="py312",
        sagemaker_session=session,
    )
    result = {
        "waited": [
            trained["TrainingJobStatus"],
            session.wait_for_endpoint(ENDPOINT)["EndpointStatus"],
        ],
        "metrics": TrainingJobAnalytics(job, ["loss"]).dataframe()["value"].tolist(),
        "prediction": predict(session),
        "approval": register(session, model),
        "transformed": transform(session, model, bucket),
        "ddl": hive_ddl(session, role, bucket),
    }
    print(json.dumps(result))


def predict(session):
    predictor = Predictor(
        ENDPOINT,
        sagemaker_session=session,
        serializer=JSONLinesSerializer(),
        deserializer=JSONLinesDeserializer(),
    )
    return predictor.predict([{"features": ["abc"]}])


def register(session, model):
    types = {
        "content_types": ["application/jsonlines"],
        "response_types": ["application/jsonlines"],
    }
    package = model.register(
        **types,
        inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"],
        model_package_group_name="sdk-models",
        approval_status="PendingManualApproval",
    )
    found = ModelPackage(
        role=model.role, model_package_arn=package.model_package_arn, sagemaker_session=session
    )
    found.update_approval_status("Approved")
    described = session.sagemaker_client.describe_model_package(
        ModelPackageName=package.model_package_arn
    )
    return described["ModelApprovalStatus"]


def transform(session, model, bucket):
    data = session.upload_string_as_file_body(
        '{"features": ["abcd"]}', bucket=bucket, key="sdk/transform/in.jsonl"
    )
    model.create(instance_type="ml.m5.large")
    transformer = model.transformer(1, "ml.m5.large", output_path=f"s3://{bucket}/sdk/transformed")
    transformer.transform(data, content_type="application/jsonlines", wait=True, logs=False)
    transformer.delete_model()
    output = boto3.client("s3").get_object(Bucket=bucket, Key="sdk/transformed/in.jsonl.out")
    return json.loads(output["Body"].read())


def hive_ddl(session, role, bucket):
    group = FeatureGroup("sdk-ddl", sagemaker_session=session)
    rows = pd.DataFrame({"id": ["a"], "at": ["2026-01-02T03:04:05Z"], "score": [0.5]})
    group.load_feature_definitions(rows.astype({"id": "string", "at": "string"}))
    group.create(f"s3://{bucket}/features", "id", "at", role, enable_online_store=False)
    return group.as_hive_ddl(database="reviews", table_name="scores")


if __name__ == "__main__":
    main(*sys.argv[1:])
