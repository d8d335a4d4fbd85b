"""An environment `dev` with versions of its model, one of which its endpoint serves."""

from datetime import timedelta
from typing import Any

from tests.fake_aws import Refused
from tests.reviews.worlds.endpoint_world import ARN as SAGEMAKER
from tests.reviews.worlds.endpoint_world import NOW, TAGS
from tests.reviews.worlds.runs_world import RunsWorld


class ModelsWorld(RunsWorld):
    """`versions`: number → status and what else is in its properties; `serving` is the run whose
    model the endpoint serves."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[int, dict[str, Any]] = {}
        self.groups = ("reviews-dev", "reviews-staging")

    def register(self, number: int, status: str = "Approved", **more: str) -> None:
        """`artefact` is the number of another version whose artefact it has."""
        self.versions[number] = {"status": status, "artefact": number, **more}

    def serve(self, number: int) -> None:
        self.deploy()
        run = {"Key": "reviews:run", "Value": f"run-{number}"}
        self.tags = [tag for tag in TAGS if tag["Key"] != run["Key"]] + [run]

    @property
    def started(self) -> list[str]:
        return [call for call in self.calls if call.startswith("start ")]

    def list_model_packages(self, ModelPackageGroupName: str, **_: str) -> dict[str, Any]:
        if ModelPackageGroupName not in self.groups:
            raise Refused("ValidationException", f"{ModelPackageGroupName} does not exist")
        return {
            "ModelPackageSummaryList": [
                {
                    "ModelPackageArn": f"{SAGEMAKER}model-package/{ModelPackageGroupName}/{number}",
                    "ModelPackageVersion": number,
                    "ModelPackageStatus": "Completed",
                    "ModelApprovalStatus": found["status"],
                    "CreationTime": NOW + timedelta(hours=number),
                }
                for number, found in sorted(self.versions.items(), reverse=True)
            ]
        }

    def describe_model_package(self, ModelPackageName: str) -> dict[str, Any]:
        number = int(ModelPackageName.rpartition("/")[2])
        found = dict(self.versions[number])
        status, artefact = found.pop("status"), found.pop("artefact")
        uri = f"s3://artefacts/runs/run-{artefact}/training/job/output/model.tar.gz"
        return {
            "ModelPackageName": "reviews-dev",
            "ModelPackageArn": ModelPackageName,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "ModelApprovalStatus": status,
            "InferenceSpecification": {"Containers": [{"Image": "image:1", "ModelDataUrl": uri}]},
            "CustomerMetadataProperties": {
                "run": f"run-{number}",
                "accuracy": "0.81",
                "macro_f1": "0.8",
                **found,
            },
            "CreationTime": NOW + timedelta(hours=number),
        }
