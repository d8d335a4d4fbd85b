"""What experiments, trials and trial components have in common."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from localcloud.core import records
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ResourceNotFound, ValidationException
from localcloud.core.records import Record


@dataclass(frozen=True)
class Entity:
    """`kind` is the resource type in ARNs and of records; `noun` begins the names of members."""

    kind: str
    noun: str
    words: str

    def arn(self, cloud: Cloud, name: str) -> str:
        return records.arn(cloud, self.kind, name)

    def find(self, cloud: Cloud, name_or_arn: str) -> Record:
        """Raises ResourceNotFound. Names are not case-sensitive."""
        name = name_or_arn.rpartition("/")[2]
        record = cloud.store.get(self.kind, name.lower())
        if record is None:
            raise ResourceNotFound(f"{self.noun} '{self.arn(cloud, name)}' does not exist.")
        return record

    def create(self, cloud: Cloud, request: Record) -> Record:
        name = request[f"{self.noun}Name"]
        record = {
            "DisplayName": name,
            **request,
            f"{self.noun}Arn": self.arn(cloud, name),
            "CreatedBy": {},
            "LastModifiedBy": {},
        }
        taken = ValidationException(
            f"{self.words} names must be unique within an AWS account and region. "
            f"{self.words} with name ({name}) already exists."
        )
        records.create(cloud, self.kind, name.lower(), record, taken)
        return self.answer(record)

    def answer(self, record: Record) -> Record:
        return records.pick(record, f"{self.noun}Arn")

    def update(self, cloud: Cloud, request: Record, changes: Record) -> Record:
        record = self.find(cloud, request[f"{self.noun}Name"])
        name = record[f"{self.noun}Name"].lower()
        cloud.store.update(self.kind, name, LastModifiedTime=time.time(), **changes)
        return self.answer(record)

    def delete(self, cloud: Cloud, record: Record) -> Record:
        cloud.store.delete(self.kind, record[f"{self.noun}Name"].lower())
        return self.answer(record)

    def summaries(self, found: Iterable[Record], request: Record, *more: str) -> Record:
        def summary(record: Record) -> Record:
            return records.pick(
                record,
                f"{self.noun}Name",
                f"{self.noun}Arn",
                "DisplayName",
                "CreationTime",
                "LastModifiedTime",
                *more,
            )

        selected = records.select(
            found,
            records.with_creation_times(request),
            name=f"{self.noun}Name",
            summary=summary,
        )
        return {f"{self.noun}Summaries": selected}


EXPERIMENT = Entity("experiment", "Experiment", "Experiment")
TRIAL = Entity("experiment-trial", "Trial", "Trial")
COMPONENT = Entity("experiment-trial-component", "TrialComponent", "Trial component")
