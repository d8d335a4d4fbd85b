"""Feature groups that are in the store of a cloud without a server."""

from localcloud.core.cloud import Cloud
from worlds.feature_world import definition

ARN_PREFIX = "arn:aws:sagemaker:us-east-1:000000000000"


def put_group(cloud: Cloud, name: str, time: float, description: str) -> None:
    """A group that was created at `time`; the one of time 1 alone has an online store."""
    group = {
        "FeatureGroupName": name,
        "FeatureGroupArn": f"{ARN_PREFIX}:feature-group/{name}",
        "FeatureGroupStatus": "Created",
        "RecordIdentifierFeatureName": "id",
        "EventTimeFeatureName": "time",
        "FeatureDefinitions": [definition("id"), definition("time", "Fractional")],
        "OnlineStoreConfig": {"EnableOnlineStore": time == 1},
        "OfflineStoreConfig": {"DisableGlueTableCreation": True},
        "Description": description,
        "CreationTime": time,
        "LastModifiedTime": time,
    }
    cloud.store.put("feature-group", name, group)
