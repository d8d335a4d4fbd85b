"""A processing job: tokenises and splits reviews, and ingests them into a FeatureGroup it makes.

What a container has it finds as a script on AWS does: its role by STS and IAM, the default bucket
by a Session, its host in resourceconfig.json.
"""

import argparse
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pandas as pd
import sagemaker
from sagemaker.feature_store.feature_definition import FeatureDefinition, FeatureTypeEnum
from sagemaker.feature_store.feature_group import FeatureGroup
from sklearn.model_selection import train_test_split
from transformers import AutoTokenizer

FEATURES = ("review_id", "date", "sentiment", "label_id", "input_ids", "review_body", "split_type")
SENTIMENTS = {1: -1, 2: -1, 3: 0, 4: 1, 5: 1}  # by rating


def parse_arguments():
    parser = argparse.ArgumentParser()
    for name in ("--input-data", "--base-model", "--output-data", "--resource-config"):
        parser.add_argument(name, type=Path, required=True)
    for name in ("--train-split-percentage", "--test-split-percentage"):
        parser.add_argument(name, type=float, required=True)
    parser.add_argument("--max-seq-length", type=int, default=128)
    parser.add_argument("--feature-store-offline-prefix", required=True)
    parser.add_argument("--feature-group-name", required=True)
    return parser.parse_args()


def make_group(name, prefix):
    """The FeatureGroup, when it can be written to."""
    boto = boto3.Session(region_name=os.environ["AWS_DEFAULT_REGION"])
    identity = boto.client("sts").get_caller_identity()["Arn"]
    role = boto.client("iam").get_role(RoleName=identity.split("/")[-2])["Role"]["Arn"]
    session = sagemaker.Session(
        boto_session=boto,
        sagemaker_client=boto.client("sagemaker"),
        sagemaker_featurestore_runtime_client=boto.client("sagemaker-featurestore-runtime"),
    )
    definitions = [
        FeatureDefinition(feature_name=feature, feature_type=FeatureTypeEnum.STRING)
        for feature in FEATURES
    ]
    group = FeatureGroup(name=name, feature_definitions=definitions, sagemaker_session=session)
    group.create(
        s3_uri=f"s3://{session.default_bucket()}/{prefix}",
        record_identifier_name="review_id",
        event_time_feature_name="date",
        role_arn=role,
        enable_online_store=False,
    )
    while group.describe()["FeatureGroupStatus"] == "Creating":
        time.sleep(0.5)
    return group


def tokenised(files, base_model, length):
    """A row for each review: identity, sentiment, label, token ids as text, text."""
    reviews = pd.concat([pd.read_csv(file, index_col=0) for file in files]).dropna()
    tokenizer = AutoTokenizer.from_pretrained(base_model)
    ids = tokenizer(
        reviews["Review Text"].tolist(), max_length=length, padding="max_length", truncation=True
    )["input_ids"]
    sentiments = reviews["Rating"].map(SENTIMENTS)
    return pd.DataFrame(
        {
            "review_id": range(len(reviews)),
            "sentiment": sentiments.tolist(),
            "label_id": (sentiments + 1).tolist(),
            "input_ids": [json.dumps(row) for row in ids],
            "review_body": reviews["Review Text"].tolist(),
            "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )


def split(rows, train, test):
    """Rows by split, each with the same share of every sentiment."""
    parts = {}
    parts["train"], rest = train_test_split(rows, test_size=1 - train, stratify=rows["sentiment"])
    parts["validation"], parts["test"] = train_test_split(
        rest, test_size=test / (1 - train), stratify=rest["sentiment"]
    )
    return parts


def main():
    arguments = parse_arguments()
    host = json.loads(arguments.resource_config.read_text())["current_host"]
    rows = tokenised(
        sorted(arguments.input_data.glob("*.csv")), arguments.base_model, arguments.max_seq_length
    )
    group = make_group(arguments.feature_group_name, arguments.feature_store_offline_prefix)
    parts = split(rows, arguments.train_split_percentage, arguments.test_split_percentage)
    for name, part in parts.items():
        folder = arguments.output_data / "sentiment" / name
        part.to_csv(folder / f"part-{host}-reviews.tsv", sep="\t", index=False)
        records = part.assign(split_type=name).astype("string")
        group.ingest(data_frame=records[list(FEATURES)], max_workers=3, wait=True)
    while group.describe()["OfflineStoreStatus"]["Status"] != "Active":
        time.sleep(0.5)
    print(f"ingested {len(rows)} rows")


if __name__ == "__main__":
    main()
