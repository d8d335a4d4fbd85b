"""The lab of the Feature Store: a processing job ingests reviews, and Athena reads them."""

from pathlib import Path

import sagemaker
from sagemaker.feature_store.feature_definition import FeatureDefinition, FeatureTypeEnum
from sagemaker.feature_store.feature_group import FeatureGroup
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.sklearn.processing import SKLearnProcessor

SPLITS = ("train", "validation", "test")
NAMES = ("review_id", "date", "sentiment", "label_id", "input_ids", "review_body", "split_type")
INPUT, OUTPUT = "/opt/ml/processing/input", "/opt/ml/processing/output"


def run(lab, _found):
    raw, base_model = (f"s3://{lab.bucket}/labs/{name}/" for name in ("raw", "base_model"))
    lab.aws("s3", "cp", lab.source / "reviews.csv", raw)
    lab.aws("s3", "cp", "--recursive", lab.source / "base_model", base_model)
    lab.aws("s3", "ls", raw)
    group = FeatureGroup(
        name=f"reviews-feature-group-{lab.stamp}",
        feature_definitions=[
            FeatureDefinition(feature_name=name, feature_type=FeatureTypeEnum.STRING)
            for name in NAMES
        ],
        sagemaker_session=lab.session,
    )
    outputs = process(lab, group, raw, base_model)
    folder = Path(lab.source, "balanced")
    lab.aws("s3", "cp", f"{outputs['train']}/part-algo-1-reviews.tsv", f"{folder}/")
    by_split = count(lab, group, 'SELECT split_type, COUNT(*) FROM "{}" GROUP BY split_type')
    query = f"s3://{lab.bucket}/query_results/{lab.stamp}/"
    return {
        "outputs": outputs,
        "listed": lab.aws("s3", "ls", f"{outputs['test']}/"),
        "tsv": (folder / "part-algo-1-reviews.tsv").read_text().splitlines()[0].split("\t"),
        "first": first_rows(group, query),
        "by_split": by_split,
    }


def process(lab, group, raw, base_model):
    """The S3 prefix of each split."""
    processor = SKLearnProcessor(
        framework_version="0.23-1",
        role=lab.role,
        instance_type="ml.c5.xlarge",
        instance_count=1,
        env={"AWS_DEFAULT_REGION": lab.region},
        max_runtime_in_seconds=7200,
    )
    processor.run(
        code=str(lab.source / "prepare_data.py"),
        inputs=[
            ProcessingInput(
                source=raw,
                destination=f"{INPUT}/data/",
                s3_data_distribution_type="ShardedByS3Key",
            ),
            ProcessingInput(source=base_model, destination=f"{INPUT}/base_model"),
        ],
        outputs=[
            ProcessingOutput(
                output_name=f"sentiment-{split}",
                source=f"{OUTPUT}/sentiment/{split}",
                s3_upload_mode="EndOfJob",
            )
            for split in SPLITS
        ],
        arguments=arguments(lab, group),
        logs=True,
        wait=False,
    )
    description = processor.jobs[-1].describe()
    assert description["ProcessingJobStatus"] == "InProgress", description
    job = sagemaker.processing.ProcessingJob.from_processing_name(
        processing_job_name=description["ProcessingJobName"], sagemaker_session=lab.session
    )
    job.wait(logs=False)
    return {
        output["OutputName"].removeprefix("sentiment-"): output["S3Output"]["S3Uri"]
        for output in job.describe()["ProcessingOutputConfig"]["Outputs"]
    }


def arguments(lab, group):
    values = {
        "--train-split-percentage": 0.6,
        "--test-split-percentage": 0.2,
        "--max-seq-length": 32,
        "--feature-store-offline-prefix": f"reviews-feature-store-{lab.stamp}",
        "--feature-group-name": group.name,
        # Which the course's script has in its source: hard-coded paths are not found here.
        "--input-data": f"{INPUT}/data",
        "--base-model": f"{INPUT}/base_model",
        "--output-data": OUTPUT,
        "--resource-config": "/opt/ml/config/resourceconfig.json",
    }
    return [text for pair in values.items() for text in map(str, pair)]


def first_rows(group, location):
    query = group.athena_query()
    query.run(
        query_string=f"""
        SELECT date, review_id, sentiment, label_id, input_ids, review_body
        FROM "{query.table_name}" WHERE split_type='train' LIMIT 5
        """,
        output_location=location,
    )
    query.wait()
    rows = query.as_dataframe()
    return {"columns": list(rows.columns), "rows": len(rows)}


def count(lab, group, sql):
    """The rows of an aggregation, once every row has arrived in the offline store."""
    query = group.athena_query()
    query.run(
        query_string=sql.format(query.table_name),
        output_location=f"s3://{lab.bucket}/query_results/{lab.stamp}/",
    )
    query.wait()
    return dict(query.as_dataframe().to_numpy().tolist())
