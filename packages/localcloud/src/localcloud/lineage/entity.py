"""Operations on artifacts, actions and contexts, which differ in what names them.

Not emulated: lineage groups, queries of lineage.
"""

import hashlib
import time
from dataclasses import dataclass

from localcloud.core import records
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ResourceNotFound, ValidationException
from localcloud.core.records import Record
from localcloud.core.tags import drop_tags
from localcloud.lineage import association

_CHANGED = ("Description", "Status", "ArtifactName")


@dataclass(frozen=True)
class Entity:
    """`kind` is the resource type in ARNs and of records; `noun` begins the names of members."""

    kind: str
    noun: str
    by_source: bool = False  # named by an ARN that its source makes, and not by a name

    def create(self, cloud: Cloud, request: Record) -> Record:
        name = _hash(request) if self.by_source else request[f"{self.noun}Name"]
        arn = records.arn(cloud, self.kind, name)
        record = {
            "Properties": {},
            **request,
            f"{self.noun}Arn": arn,
            "CreatedBy": {},
            "LastModifiedBy": {},
        }
        taken = ValidationException(f"{self.noun} '{arn}' already exists.")
        records.create(cloud, self.kind, name.lower(), record, taken)
        return {f"{self.noun}Arn": arn}

    def find(self, cloud: Cloud, name_or_arn: str) -> Record:
        """Raises ResourceNotFound."""
        name = name_or_arn.rpartition("/")[2]
        record = cloud.store.get(self.kind, name.lower())
        if record is None:
            arn = records.arn(cloud, self.kind, name)
            raise ResourceNotFound(f"{self.noun} '{arn}' does not exist.")
        return record

    def describe(self, cloud: Cloud, request: Record) -> Record:
        return self.find(cloud, self._name(request))

    def list(self, cloud: Cloud, request: Record) -> Record:
        kind = f"{self.noun}Type"
        found = [
            one | {"Name": one.get(f"{self.noun}Name", "")}
            for one in cloud.store.list(self.kind)
            if request.get("SourceUri") in (None, one["Source"]["SourceUri"])
            and request.get(kind) in (None, one[kind])
        ]
        members = (f"{self.noun}Arn", f"{self.noun}Name", "Source", kind)
        summary = records.picker(*members, "Status", "CreationTime", "LastModifiedTime")
        chosen = records.select(
            found, records.with_creation_times(request), name="Name", summary=summary
        )
        return {f"{self.noun}Summaries": chosen}

    def update(self, cloud: Cloud, request: Record) -> Record:
        record = self.find(cloud, self._name(request))
        removed = request.get("PropertiesToRemove", [])
        properties = record["Properties"] | request.get("Properties", {})
        record |= records.pick(request, *_CHANGED) | {
            "Properties": {key: text for key, text in properties.items() if key not in removed},
            "LastModifiedTime": time.time(),
        }
        return self._keep(cloud, record)

    def delete(self, cloud: Cloud, request: Record) -> Record:
        record = self.find(cloud, self._name(request))
        arn = record[f"{self.noun}Arn"]
        if association.has_any(cloud, arn):
            raise ValidationException(f"{self.noun} '{arn}' cannot be deleted: it is associated.")
        cloud.store.delete(self.kind, arn.rpartition("/")[2])
        drop_tags(cloud, arn)
        return {f"{self.noun}Arn": arn}

    def _keep(self, cloud: Cloud, record: Record) -> Record:
        arn = record[f"{self.noun}Arn"]
        cloud.store.put(self.kind, arn.rpartition("/")[2], record)
        return {f"{self.noun}Arn": arn}

    def _name(self, request: Record) -> str:
        if not self.by_source:
            name: str = request[f"{self.noun}Name"]
            return name
        if "ArtifactArn" in request:
            arn: str = request["ArtifactArn"]
            return arn
        if "Source" in request:
            return _hash(request)
        raise ValidationException("Either ArtifactArn or Source must be specified.")


def _hash(request: Record) -> str:
    """The last part of an artifact's ARN."""
    return hashlib.sha256(request["Source"]["SourceUri"].encode()).hexdigest()[:32]


ARTIFACT = Entity("artifact", "Artifact", by_source=True)
ACTION = Entity("action", "Action")
CONTEXT = Entity("context", "Context")
