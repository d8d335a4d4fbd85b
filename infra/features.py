"""What the Feature Group holds of a review, and the name that follows from it."""

import hashlib
import json

RECORD_ID, EVENT_TIME = "review_id", "date"
FEATURES = {
    RECORD_ID: "String",
    EVENT_TIME: "String",
    "sentiment": "Integral",
    "label_id": "Integral",
    "star_rating": "Integral",
    "input_ids": "String",
    "review_body": "String",
    "split_type": "String",
}


def schema_version(features: dict[str, str] = FEATURES) -> str:
    """Six hex digits. A group's features cannot be changed, so others get a group of another name,
    which CloudFormation makes before it lets the old one go."""
    text = json.dumps(features, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:6]
