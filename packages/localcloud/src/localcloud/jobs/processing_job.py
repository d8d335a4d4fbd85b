"""One processing job: download, run, upload.

Not emulated: EBS volume size and encryption (the request's values are kept and shown).
"""

import json
import time
from pathlib import Path
from typing import Any

from localcloud.core.s3 import Location
from localcloud.iam.role import Role
from localcloud.jobs.instance import Instance
from localcloud.jobs.job import LONGEST_REASON, Job
from localcloud.jobs.outcome import Ending, data_transfer
from localcloud.jobs.transfer import Source, Synchroniser

KIND = "processing-job"
DEFAULT_MAX_SECONDS = 24 * 3600  # SageMaker's, when the request has no StoppingCondition


class ProcessingJob(Job):
    """A job whose record has been created; `run` carries it out."""

    kind = KIND
    noun = "processing"
    log_group = "/aws/sagemaker/ProcessingJobs"
    status_field = "ProcessingJobStatus"
    end_field = "ProcessingEndTime"

    def execute(self) -> None:
        record = self.record
        role = self.assume_role(record["RoleArn"])
        self.check_rights(role, record["AppSpecification"]["ImageUri"])
        self.check_capacity()
        s3 = role.client("s3")
        cluster = record["ProcessingResources"]["ClusterConfig"]
        hosts = [f"algo-{i + 1}" for i in range(cluster["InstanceCount"])]
        self.instances.make(role, hosts, self.log_group)
        with data_transfer("download"):
            self._download(record, s3)
        if self.check_stopped():
            return self.finish("Stopped")
        uploads = self._uploads(record, s3)
        self._start(record, role)
        limits = record.get("StoppingCondition", {})
        ending = self.supervise(
            limits.get("MaxRuntimeInSeconds", DEFAULT_MAX_SECONDS),
            lambda: _upload(uploads["Continuous"]),
        )
        if ending.outcome == "Completed":
            _upload(uploads["EndOfJob"])
        _upload(uploads["Continuous"])
        self._finish(ending)

    def _download(self, record: dict[str, Any], s3: Any) -> None:
        count = len(self.instances)
        for entry in record.get("ProcessingInputs", []):
            description = entry["S3Input"]
            source = Source(
                description["S3Uri"],
                description.get("S3DataType", "S3Prefix"),
                description.get("S3DataDistributionType", "FullyReplicated"),
            )
            for instance in self.instances:
                if self.check_stopped():
                    return
                folder = instance.layout.path(description["LocalPath"])
                source.download(s3, folder, instance.index, count)

    def _uploads(self, record: dict[str, Any], s3: Any) -> dict[str, list[Synchroniser]]:
        """Makes the output folders, and returns what to upload by S3UploadMode."""
        uploads: dict[str, list[Synchroniser]] = {"EndOfJob": [], "Continuous": []}
        config = record.get("ProcessingOutputConfig", {})
        for entry in config.get("Outputs", []):
            output = entry["S3Output"]
            for instance in self.instances:
                folder = instance.layout.path(output["LocalPath"])
                folder.mkdir(parents=True, exist_ok=True)
                location = Location.parse(output["S3Uri"])
                key = config.get("KmsKeyId", "")
                upload = Synchroniser(s3, folder, location, within=self.folder, key_id=key)
                uploads[output.get("S3UploadMode", "EndOfJob")].append(upload)
        return uploads

    def _start(self, record: dict[str, Any], role: Role) -> None:
        self.update(ProcessingStartTime=time.time())
        for instance in self.instances:
            self._write_configuration(record, instance)
            application = record["AppSpecification"]
            command = [
                instance.layout.localise(part)
                for part in application["ContainerEntrypoint"]
                + application.get("ContainerArguments", [])
            ]
            _localise_scripts(instance, command)
            requested = instance.layout.localise_all(record.get("Environment", {}))
            self.instances.start(instance, command, role.environment() | requested)

    def _write_configuration(self, record: dict[str, Any], instance: Instance) -> None:
        layout = instance.layout
        layout.make("output")
        layout.write_json(
            "config/resourceconfig.json",
            {"current_host": instance.host, "hosts": self.instances.hosts},
        )
        shown = {name: value for name, value in record.items() if name in _CONFIGURATION}
        layout.write_json(
            "config/processingjobconfig.json", json.loads(layout.localise(json.dumps(shown)))
        )

    def _finish(self, ending: Ending) -> None:
        messages = (i.layout.read_text("output/message", LONGEST_REASON) for i in self.instances)
        message = "".join(messages)[:LONGEST_REASON]  # as documented: concatenated, then cut
        changes = {"ExitMessage": message} if message else {}
        match ending.outcome:
            case "Completed" | "Stopped":
                self.finish(ending.outcome, **changes)
            case "TimedOut":
                self.finish("Stopped", "ClientError: MaxRuntimeInSeconds exceeded", **changes)
            case _:
                self.finish("Failed", self._failure(ending), **changes)

    def _failure(self, ending: Ending) -> str:
        """AWS only points to the log. Its last line, which usually says why, is added."""
        if ending.reason:
            return ending.reason
        instance = self.instances[ending.instance]
        last = instance.program.last_line if instance.program else ""
        reason = f"AlgorithmError: See job logs for more information, exit code: {ending.exit_code}"
        return f"{reason}. Last line of {instance.host}: {last}" if last else reason


_CONFIGURATION = (
    "ProcessingJobArn",
    "ProcessingJobName",
    "AppSpecification",
    "Environment",
    "ProcessingInputs",
    "ProcessingOutputConfig",
    "ProcessingResources",
    "RoleArn",
    "StoppingCondition",
)


def _upload(uploads: list[Synchroniser]) -> None:
    with data_transfer("upload"):
        for upload in uploads:
            upload.upload_changes()


def _localise_scripts(instance: Instance, command: list[str]) -> None:
    """Rewrites `/opt/ml` inside a downloaded shell script that is run, such as the SageMaker SDK's
    runproc.sh, which changes to `/opt/ml/processing/input/code`."""
    for part in command:
        path = Path(part)
        if path.suffix == ".sh" and path.is_relative_to(instance.layout.root) and path.is_file():
            path.write_text(instance.layout.localise(path.read_text()))
