"""The data of a training job in S3: what it downloads, keeps equal while it runs, and uploads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud.core.s3 import Location
from localcloud.jobs import training_container
from localcloud.jobs.checkpoints import LOCAL_PATH, Checkpoints
from localcloud.jobs.instance_group import InstanceGroup
from localcloud.jobs.outcome import data_transfer
from localcloud.jobs.transfer import Source, files, inside, pack, upload_file


class TrainingData:
    """The channels, checkpoints, model and other output of one job, on all its instances.

    `folder` is the job's own, out of which no link may lead. Methods raise JobError where data
    cannot be downloaded or uploaded.
    """

    def __init__(
        self, s3: Any, record: dict[str, Any], instances: InstanceGroup, folder: Path
    ) -> None:
        self._s3, self._record = s3, record
        self._instances, self._folder = instances, folder
        self._checkpoints: tuple[Checkpoints, ...] = ()

    def download(self, is_stopped: Callable[[], bool]) -> None:
        """Downloads the channels, and the checkpoints of an earlier attempt or job, to instances
        that have just been made. Once the job is stopped, the other channels are left out."""
        self._checkpoints = self._checkpoint_folders()
        with data_transfer("download"):
            for channel in training_container.channels(self._record):
                self._download_channel(channel, is_stopped)
            for checkpoints in self._checkpoints:
                checkpoints.restore()

    def _download_channel(self, channel: dict[str, Any], is_stopped: Callable[[], bool]) -> None:
        description = channel["DataSource"]["S3DataSource"]
        source = Source(
            description["S3Uri"],
            description["S3DataType"],
            description.get("S3DataDistributionType", "FullyReplicated"),
        )
        for instance in self._instances:
            if not is_stopped():
                folder = inside(instance.layout.root / "input" / "data", channel["ChannelName"])
                source.download(self._s3, folder, instance.index, len(self._instances))

    def _checkpoint_folders(self) -> tuple[Checkpoints, ...]:
        config = self._record.get("CheckpointConfig")
        if not config:
            return ()
        location = Location.parse(config["S3Uri"])
        local = config.get("LocalPath", LOCAL_PATH)
        return tuple(
            Checkpoints(self._s3, instance.layout.path(local), location, within=self._folder)
            for instance in self._instances
        )

    def save_checkpoints_if_due(self) -> None:
        """Saves them every few seconds while the programs run. Raises TransferError."""
        for checkpoints in self._checkpoints:
            checkpoints.save_if_due()

    def save_checkpoints(self) -> None:
        with data_transfer("upload"):
            for checkpoints in self._checkpoints:
                checkpoints.save()

    def upload_model(self) -> Location | None:
        """Uploads model.tar.gz; None where the program has left no model."""
        return self._upload_archive("model.tar.gz", "model")

    def upload_output(self) -> None:
        """Uploads output.tar.gz if the program has left other output."""
        self._upload_archive("output.tar.gz", "output/data")

    def _upload_archive(self, name: str, folder: str) -> Location | None:
        with data_transfer("upload"):
            folders = [instance.layout.root / folder for instance in self._instances]
            if not any(path for one in folders for path in files(one, within=self._folder)):
                return None
            config = self._record["OutputDataConfig"]
            base = Location.parse(config["S3OutputPath"])
            target: Location = base / self._record["TrainingJobName"] / "output" / name
            archive = pack(folders, self._folder / name, within=self._folder)
            upload_file(self._s3, archive, target, config.get("KmsKeyId", ""))
            return target
