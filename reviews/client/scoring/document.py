"""What is kept of a scoring beside its parts, so that its answers can be fetched later."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from botocore.exceptions import ClientError

from contract import s3_keys
from contract.names import run_id
from infra.settings import Columns
from reviews.client.aws.missing import is_missing_object
from reviews.client.errors import InvalidArgument


@dataclass(frozen=True, kw_only=True)
class Document:
    """`parts` has how many texts each part has, in their order."""

    name: str  # of the execution
    file: str
    sha256: str
    text: str  # the columns
    title: str
    rows: int
    version: int
    parts: Sequence[int]

    @property
    def texts(self) -> int:
        return sum(self.parts)

    @property
    def id(self) -> str:
        return run_id(self.name)

    @property
    def columns(self) -> Columns:
        return Columns(text=self.text, title=self.title)

    def check(self, file: Path) -> None:
        """Raises InvalidArgument for another file than the one that was scored."""
        if sha256(file) != self.sha256:
            raise InvalidArgument(
                f"{file}: is not as it was when {self.name} began, so that its answers belong to "
                f"other rows; give {self.file} as it was"
            )

    def write(self, s3: Any, bucket: str) -> None:
        body = json.dumps(asdict(self), indent=2).encode()
        s3.put_object(Bucket=bucket, Key=_key(self.name), Body=body)

    @classmethod
    def read(cls, s3: Any, bucket: str, name: str) -> Self:
        """Raises InvalidArgument where there is none."""
        try:
            body = s3.get_object(Bucket=bucket, Key=_key(name))["Body"].read()
        except ClientError as error:
            if not is_missing_object(error):
                raise
            raise InvalidArgument(f"There is no scoring named {name}") from error
        return cls(**json.loads(body))


def sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _key(name: str) -> str:
    return f"{s3_keys.scoring_prefix(run_id(name))}/{s3_keys.SCORING}"
