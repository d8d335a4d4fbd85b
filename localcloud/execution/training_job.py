"""One training job, run by AWS's own container toolkits.

`sagemaker-training` and, for PyTorch images, `sagemaker-pytorch-training` do what they do in the
container: fetch the source, install requirements.txt, set SM_*, start the script (through torchrun
for `torch_distributed`), write the failure file. This module does the platform's part.

Not emulated: host names. `SM_HOSTS` holds 127.0.0.1, 127.0.0.2, … instead of algo-1, algo-2, …,
because they must resolve (macOS needs an alias on lo0 for the second and further hosts).
"""

import platform
import socket
import time
from pathlib import Path
from typing import Any

from localcloud.execution import container
from localcloud.execution.images import PYTORCH_TRAINING, repository
from localcloud.execution.jobs import Ending, Instance, Job, data_error
from localcloud.execution.metrics import MetricScanner
from localcloud.execution.profiler import Profiler
from localcloud.execution.transfer import (
    Location,
    Source,
    Synchroniser,
    TransferError,
    files,
    pack,
    upload_file,
)

KIND = "training-job"
CHECKPOINTS = "/opt/ml/checkpoints"
DEFAULT_MAX_SECONDS = 24 * 3600
_FRAMEWORK = {PYTORCH_TRAINING: "sagemaker_pytorch_container.training:main"}
_LOOPBACK = "lo0" if platform.system() == "Darwin" else "lo"
_CHECKPOINT_SECONDS = 5
_LONGEST_FAILURE = 1000  # characters of the failure file in FailureReason


class TrainingJob(Job):
    kind = KIND
    log_group = "/aws/sagemaker/TrainingJobs"
    status_field = "TrainingJobStatus"
    end_field = "TrainingEndTime"

    def execute(self) -> None:
        record = self.record
        self.role = self.assume_role(record["RoleArn"])
        self.check_rights(self.role, record["AlgorithmSpecification"]["TrainingImage"])
        self.s3 = self.role.client("s3")
        count = record["ResourceConfig"]["InstanceCount"]
        self.make_instances(self.role, [f"127.0.0.{i + 1}" for i in range(count)])
        self.metrics = MetricScanner(
            record["AlgorithmSpecification"].get("MetricDefinitions", []),
            self.role.client("cloudwatch"),
            self.name,
        )
        self.update(TrainingStartTime=time.time())
        self._enter("Downloading", "Downloading input data")
        self._download(record)
        if self.check_stopped():
            return self.finish("Stopped")
        self._enter("Training", "Training image download completed. Training in progress.")
        ending = self._train(record)
        self._upload(record, ending)
        self._finish(ending)

    # -- stages ------------------------------------------------------------------------------

    def _download(self, record: dict[str, Any]) -> None:
        self._checkpoints = self._make_checkpoints(record)
        try:
            for channel in record.get("InputDataConfig", []):
                self._download_channel(channel)
            for checkpoint in self._checkpoints:
                checkpoint.restore()
        except TransferError as error:
            raise data_error("download", error) from error

    def _download_channel(self, channel: dict[str, Any]) -> None:
        description = channel["DataSource"]["S3DataSource"]
        source = Source(
            description["S3Uri"],
            description["S3DataType"],
            description.get("S3DataDistributionType", "FullyReplicated"),
        )
        for instance in self.instances:
            if not self.check_stopped():
                folder = instance.layout.root / "input" / "data" / channel["ChannelName"]
                source.download(self.s3, folder, instance.index, len(self.instances))

    def _make_checkpoints(self, record: dict[str, Any]) -> list["Checkpoints"]:
        config = record.get("CheckpointConfig")
        if not config:
            return []
        location = Location.parse(config["S3Uri"])
        local = config.get("LocalPath", CHECKPOINTS)
        return [Checkpoints(self.s3, i.layout.path(local), location) for i in self.instances]

    def _train(self, record: dict[str, Any]) -> Ending:
        port = str(_free_port())
        for instance in self.instances:
            self._write_configuration(record, instance)
            environment = self._environment(record, instance, port)
            self.start(instance, self._command(record, instance), environment, self.metrics.scan)
        profiler = Profiler.of(
            record, self.s3, [i.program.pid for i in self.instances if i.program]
        )
        self._profiler = profiler
        limits = record.get("StoppingCondition", {})

        def each_second() -> None:
            if profiler:
                profiler.sample()
            self._publish_metrics()
            for checkpoint in self._checkpoints:
                checkpoint.save_now_and_then()

        ending = self.supervise(limits.get("MaxRuntimeInSeconds", DEFAULT_MAX_SECONDS), each_second)
        self._publish_metrics()
        return ending

    def _publish_metrics(self) -> None:
        final = self.metrics.final
        if final and final != self.record.get("FinalMetricDataList"):
            self.update(FinalMetricDataList=final)
        self.metrics.publish()

    def _upload(self, record: dict[str, Any], ending: Ending) -> None:
        """As SageMaker: the model unless training failed; other output and checkpoints always."""
        self._enter("Uploading", "Uploading generated training model")
        config = record["OutputDataConfig"]
        target = Location.parse(config["S3OutputPath"]) / self.name / "output"
        roots = [instance.layout.root for instance in self.instances]
        try:
            if ending.outcome != "Failed":
                model = self._pack(
                    "model.tar.gz", [root / "model" for root in roots], target, config
                )
                if model:
                    self.update(ModelArtifacts={"S3ModelArtifacts": str(model)})
            self._pack(
                "output.tar.gz", [root / "output" / "data" for root in roots], target, config
            )
            for checkpoint in self._checkpoints:
                checkpoint.save()
        except TransferError as error:
            raise data_error("upload", error) from error
        if self._profiler:
            self.update(ProfilerRuleEvaluationStatuses=self._profiler.evaluate())

    def _pack(
        self, name: str, folders: list[Path], target: Location, config: dict[str, Any]
    ) -> Location | None:
        if not any(path for folder in folders for path in files(folder)):
            return None
        archive = pack(folders, self.folder / name)
        upload_file(self.s3, archive, target / name, config.get("KmsKeyId", ""))
        return target / name

    def _finish(self, ending: Ending) -> None:
        match ending.outcome:
            case "Completed":
                self.finish("Completed")
            case "Stopped":
                self.finish("Stopped")
            case "TimedOut":
                self.finish("Stopped", secondary="MaxRuntimeExceeded")
            case _:
                self.finish("Failed", self._failure(ending))

    # -- the record ----------------------------------------------------------------------------

    def finish(self, status: str, reason: str = "", *, secondary: str = "", **changes: Any) -> None:
        started = self.record.get("TrainingStartTime")
        if started:
            seconds = round(time.time() - started)
            changes |= {"TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds}
        self._enter(secondary or status, _LAST_MESSAGE[secondary or status], ended=True)
        super().finish(status, reason, **changes)

    def _enter(self, status: str, message: str, *, ended: bool = False) -> None:
        """Closes the current entry of SecondaryStatusTransitions and opens the next."""
        transitions = next_stage(
            self.record["SecondaryStatusTransitions"], status, message, ended=ended
        )
        self.update(SecondaryStatus=status, SecondaryStatusTransitions=transitions)

    def _failure(self, ending: Ending) -> str:
        """The failure file, which the toolkit writes with the script's last error message."""
        instance = self.instances[ending.instance]
        text = instance.layout.read_text("output/failure", _LONGEST_FAILURE)
        if not text and instance.program:
            text = instance.program.last_line[:_LONGEST_FAILURE]
        return f"AlgorithmError: {text}, exit code: {ending.exit_code}"

    # -- the instance --------------------------------------------------------------------------

    def _command(self, record: dict[str, Any], instance: Instance) -> list[str]:
        algorithm = record["AlgorithmSpecification"]
        entry = algorithm.get("ContainerEntrypoint")
        if entry:
            parts = entry + algorithm.get("ContainerArguments", [])
            return [instance.layout.localise(part) for part in parts]
        return ["python", "-P", str(Path(container.__file__).resolve())]

    def _write_configuration(self, record: dict[str, Any], instance: Instance) -> None:
        layout = instance.layout
        for folder in ("model", "output/data", "code", "checkpoints"):
            layout.make(folder)
        hosts = [other.host for other in self.instances]
        hyperparameters = record.get("HyperParameters", {})
        layout.write_json("input/config/hyperparameters.json", layout.localise_all(hyperparameters))
        layout.write_json(
            "input/config/resourceconfig.json",
            {
                "current_host": instance.host,
                "current_instance_type": record["ResourceConfig"]["InstanceType"],
                "current_group_name": "homogeneousCluster",
                "hosts": hosts,
                "instance_groups": [
                    {
                        "instance_group_name": "homogeneousCluster",
                        "instance_type": record["ResourceConfig"]["InstanceType"],
                        "hosts": hosts,
                    }
                ],
                "network_interface_name": _LOOPBACK,
            },
        )
        layout.write_json(
            "input/config/inputdataconfig.json",
            {
                channel["ChannelName"]: {
                    "TrainingInputMode": "File",
                    "S3DistributionType": channel["DataSource"]["S3DataSource"].get(
                        "S3DataDistributionType", "FullyReplicated"
                    ),
                    "RecordWrapperType": channel.get("RecordWrapperType", "None"),
                }
                | ({"ContentType": channel["ContentType"]} if "ContentType" in channel else {})
                for channel in record.get("InputDataConfig", [])
            },
        )

    def _environment(self, record: dict[str, Any], instance: Instance, port: str) -> dict[str, str]:
        environment = self.role.environment() | {
            "SAGEMAKER_BASE_DIR": str(instance.layout.root),
            "TRAINING_JOB_NAME": self.name,
            "TRAINING_JOB_ARN": record["TrainingJobArn"],
            "LOCALCLOUD_MASTER_PORT": port,
            "PET_MASTER_PORT": port,  # torchrun's own default, 29500, may be another job's
            "GLOO_SOCKET_IFNAME": _LOOPBACK,
            "TP_SOCKET_IFNAME": _LOOPBACK,
        }
        framework = _FRAMEWORK.get(repository(record["AlgorithmSpecification"]["TrainingImage"]))
        if framework:
            environment["SAGEMAKER_TRAINING_MODULE"] = framework
        return environment | instance.layout.localise_all(record.get("Environment", {}))


_LAST_MESSAGE = {
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}


class Checkpoints:
    """The checkpoint folder of one instance, kept equal to its S3 prefix."""

    def __init__(self, s3: Any, folder: Path, location: Location) -> None:
        self._s3, self._folder, self._location = s3, folder, location
        self._upload = Synchroniser(s3, folder, location)
        self._next = time.monotonic() + _CHECKPOINT_SECONDS

    def restore(self) -> None:
        """Downloads what an earlier job left; a prefix with nothing below it is a first start."""
        self._folder.mkdir(parents=True, exist_ok=True)
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._location.bucket, Prefix=self._location.key
        )
        if any(page.get("KeyCount") for page in pages):
            Source(str(self._location)).download(self._s3, self._folder)
        self._upload.mark()

    def save_now_and_then(self) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _CHECKPOINT_SECONDS
            self.save()

    def save(self) -> None:
        self._upload.upload_changes()


def next_stage(
    transitions: list[dict[str, Any]], status: str, message: str, *, ended: bool = False
) -> list[dict[str, Any]]:
    now = time.time()
    earlier = [{"EndTime": now, **transition} for transition in transitions]
    current = {"Status": status, "StartTime": now, "StatusMessage": message}
    return [*earlier, current | ({"EndTime": now} if ended else {})]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
