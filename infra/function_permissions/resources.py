"""The ARNs of what the functions of an environment use."""

from dataclasses import dataclass

from aws_cdk import aws_sns as sns
from constructs import Construct

from contract import s3_keys
from infra.permissions import arn
from infra.settings import Settings
from infra.storage import Storage


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The ARNs of one environment, in the stack of `scope`."""

    scope: Construct
    settings: Settings
    storage: Storage
    topic: sns.ITopic

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def key(self) -> str:
        """The environment's key, with which buckets, topic and volumes are encrypted."""
        return self.storage.key.key_arn

    @property
    def endpoint(self) -> str:
        return self.arn("sagemaker", f"endpoint/{self.name}")

    @property
    def endpoint_configs(self) -> str:
        return self.named("endpoint-config")

    @property
    def state_machine(self) -> str:
        """The state machine of the pipeline."""
        return self.arn("states", f"stateMachine:{self.name}")

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the region and account of the stack."""
        return arn(self.scope, service, resource)

    def named(self, kind: str, prefix: str = "") -> str:
        """The ARN pattern of SageMaker's resources of a kind, such as training-job, whose names
        begin with that of the environment and `prefix`."""
        return self.arn("sagemaker", f"{kind}/{self.name}-{prefix}*")

    def objects(self, prefix: str) -> str:
        """All objects below a prefix of the artefact bucket."""
        return self.object(f"{prefix}/*")

    def of_runs(self, folder: str) -> str:
        """All objects below a folder of every run."""
        return self.objects(f"{s3_keys.run_prefix('*')}/{folder}")

    def document(self, name: str) -> str:
        """A document of every run."""
        return self.object(f"{s3_keys.run_prefix('*')}/{name}")

    def object(self, key: str) -> str:
        """An object of the artefact bucket."""
        return self.storage.artefacts.arn_for_objects(key)
