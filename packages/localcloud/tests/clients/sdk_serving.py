"""A version is registered, answers asynchronously, scores a file and is traced, by the SDK.

Usage: python sdk_serving.py ROLE_ARN BUCKET MODEL_DATA; prints one JSON object as its last line.
"""

import json
import sys

import boto3
import sagemaker
from sagemaker.async_inference import AsyncInferenceConfig
from sagemaker.deserializers import CSVDeserializer
from sagemaker.lineage.artifact import Artifact
from sagemaker.lineage.association import Association
from sagemaker.predictor import Predictor
from sagemaker.serializers import CSVSerializer
from sagemaker.transformer import Transformer

IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6-cpu-py312"
CSV = {"content_types": ["text/csv"], "response_types": ["text/csv"]}


def register(session, role, bucket, data):
    model = sagemaker.Model(image_uri=IMAGE, model_data=data, role=role, sagemaker_session=session)
    return model.register(
        **CSV,
        inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"],
        model_package_group_name="sdk-serving",
        source_uri=f"s3://{bucket}/a/run/elsewhere",  # no ARN: the SDK sets it afterwards
    )


def answer(package, bucket):
    package.predictor_cls = lambda name, session: Predictor(
        name, session, serializer=CSVSerializer(), deserializer=CSVDeserializer()
    )
    predictor = package.deploy(
        1,
        "ml.m5.large",
        endpoint_name="sdk-serving",
        async_inference_config=AsyncInferenceConfig(output_path=f"s3://{bucket}/sdk/async"),
    )
    found = predictor.predict("abc\nde\n", input_path=f"s3://{bucket}/sdk/async-in.csv")
    predictor.delete_endpoint()
    return found


def join(session, package, bucket):
    s3 = boto3.client("s3")
    s3.put_object(Bucket=bucket, Key="sdk/scored/a.csv", Body=b"id-1,abc\nid-2,de\n")
    transformer = Transformer(
        package.name,
        1,
        "ml.m5.large",
        assemble_with="Line",
        accept="text/csv",
        output_path=f"s3://{bucket}/sdk/joined",
        sagemaker_session=session,
    )
    transformer.transform(
        f"s3://{bucket}/sdk/scored/",
        content_type="text/csv",
        split_type="Line",
        input_filter="$[1]",
        join_source="Input",
        output_filter="$[0,-1]",
        logs=False,
    )
    return s3.get_object(Bucket=bucket, Key="sdk/joined/a.csv.out")["Body"].read().decode()


def trace(session, bucket, data):
    made = [
        Artifact.create(source_uri=uri, artifact_type=kind, sagemaker_session=session)
        for uri, kind in ((f"s3://{bucket}/sdk/scored/", "DataSet"), (data, "Model"))
    ]
    arns = [artifact.artifact_arn for artifact in made]
    ends = {"destination_arn": arns[1], "sagemaker_session": session}
    Association.create(source_arn=arns[0], association_type="ContributedTo", **ends)
    sources = [found.source_arn == arns[0] for found in Association.list(**ends)]
    made[0].delete(disassociate=True)
    left = [found.artifact_type for found in Artifact.list(sagemaker_session=session)]
    return {"sources": sources, "left": left}


def main(role, bucket, data):
    session = sagemaker.Session(default_bucket=bucket)
    package = register(session, role, bucket, data)
    found = {"answer": answer(package, bucket), "joined": join(session, package, bucket)}
    print(json.dumps(found | trace(session, bucket, data)))


if __name__ == "__main__":
    main(*sys.argv[1:])
