"""The record of an endpoint that was stopped on purpose: s3_keys.STOPPED_ENDPOINT, a JSON document.

The command `reviews endpoint`, the function that stops an idle endpoint and the one that starts it
write and read it. It exists from before the endpoint is deleted until it is in service again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class StoppedEndpoint:
    """An endpoint as it served: its configuration, its tags, and how it was scaled."""

    config: str
    tags: list[dict[str, str]]
    scaling: list[dict[str, Any]]  # as contract/autoscaling.py describes it
    reason: str  # why it was stopped, as the end of a sentence
    at: datetime | None = None  # LastModified of the object in S3

    @classmethod
    def read(cls, document: dict[str, Any], at: datetime) -> Self:
        return cls(**document, at=at)

    def document(self) -> dict[str, Any]:
        return {
            "config": self.config,
            "tags": self.tags,
            "scaling": self.scaling,
            "reason": self.reason,
        }


def own_tags(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    """The tags that a new endpoint may be given: those of AWS begin with `aws:`."""
    return [tag for tag in tags if not tag["Key"].startswith("aws:")]
