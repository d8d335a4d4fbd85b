"""The models of an environment: its versions, the one in service, promotion and rollback.

    prod = Environment("prod")
    prod.models.serving()                            # a ModelVersion, or None
    prod.models.promote(Environment("staging"), "7") # a version, or the name of a run
    prod.models.choose_rollback()                    # (the one in service, the one before it)
    prod.models.roll_back(3)

Both start an execution, which `runs` follows, stops and redrives like every other one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contract.names import RUN_TAG
from contract.steps import StartAt
from reviews.client.aws.connection import Connection
from reviews.client.endpoint.serving_run import serving_run
from reviews.client.endpoint.stopped import StoppedEndpointRecord
from reviews.client.errors import InvalidArgument
from reviews.client.promotion import names, sources, versions
from reviews.client.promotion.versions import ModelVersion
from reviews.client.runs import execution


@dataclass(frozen=True, kw_only=True)
class Started:
    """An execution that deploys a version of `environment`; `version` is None where the credentials
    are not for the account of that one."""

    arn: str
    environment: str
    version: ModelVersion | None

    @property
    def name(self) -> str:
        return self.arn.rpartition(":")[2]


class Models:
    """Raises NotDeployed for an environment without a Pipeline stack."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._group = connection.settings.name
        self._sagemaker = connection.client("sagemaker")

    def versions(self) -> Iterator[ModelVersion]:
        """The versions of the environment, newest first; each is described when it is reached."""
        return versions.every(self._sagemaker, self._group)

    def serving(self) -> ModelVersion | None:
        """The version that the endpoint serves; None without an endpoint, and for a model that no
        run has registered."""
        return versions.of_run(self._sagemaker, self._group, serving_run(self._connection))

    def _stopped(self) -> ModelVersion | None:
        """The version that the endpoint served until it was stopped; None where none was."""
        stopped = StoppedEndpointRecord(self._connection).read()
        tags = {tag["Key"]: tag["Value"] for tag in stopped.tags} if stopped else {}
        return versions.of_run(self._sagemaker, self._group, tags.get(RUN_TAG, ""))

    def before(self, serving: ModelVersion) -> ModelVersion | None:
        """The newest approved version before the one in service, of another artefact.

        A version that a rollback has registered counts as the one that it deployed again, so that
        two rollbacks go back two steps, and not to and fro.
        """
        number = serving.rollback_to or serving.number
        return next(
            (
                version
                for version in self.versions()
                if version.number < number
                and version.is_approved
                and version.rollback_to is None
                and not version.is_same_model(serving)
            ),
            None,
        )

    def choose_rollback(self) -> tuple[ModelVersion, ModelVersion]:
        """The version in service, or that served until the endpoint was stopped, and the one before
        it. Raises InvalidArgument without one."""
        serving = self.serving() or self._stopped()
        if serving is None:
            raise InvalidArgument(
                f"{self._group} serves no version of its registry, so there is none before it: "
                "name a version"
            )
        found = self.before(serving)
        if found is None:
            number = serving.rollback_to or serving.number
            raise InvalidArgument(
                f"{self._group} has no approved version before version {number}, which it serves"
            )
        return serving, found

    def roll_back(self, number: int, *, name: str = "") -> Started:
        """Starts a rollback to a version.

        Raises InvalidArgument for a version that cannot be deployed, or is in service.
        """
        serving = self.serving()
        version = versions.numbered(self._sagemaker, self._group, number)
        if not version.is_approved:
            raise InvalidArgument(
                f"{self._group} version {version.number} is {version.status}: only an approved "
                "version is deployed"
            )
        if serving is not None and version.is_same_model(serving):
            raise InvalidArgument(
                f"{self._group} serves version {version.number} already{_also(serving, version)}"
            )
        document = {"start_at": StartAt.ROLLBACK.value, "version": version.number}
        return self._start(document, name or names.rollback(), self._connection.name, version)

    def promote(self, source: Connection, what: str, *, name: str = "") -> Started:
        """Starts a promotion of a version of `source`, by its number or the name of its run.

        Raises InvalidArgument for what cannot be promoted, as far as this machine may look.
        """
        peer = sources.check(self._connection.settings, source.name)
        origin = {"start_at": StartAt.PROMOTION.value, "from_environment": peer.environment}
        version = None
        if sources.is_readable(self._connection.settings, source.settings):
            version = sources.find(source, what)
            document: dict[str, Any] = {**origin, "from_version": version.number}
        else:
            document = {**origin, **sources.reference(what)}
        return self._start(document, name or names.promotion(), source.name, version)

    def _start(
        self, document: dict[str, Any], name: str, environment: str, version: ModelVersion | None
    ) -> Started:
        machine = self._connection.outputs.state_machine_arn
        states = self._connection.client("stepfunctions")
        arn = execution.start(states, machine, name, document)
        return Started(arn=arn, environment=environment, version=version)


def _also(serving: ModelVersion, version: ModelVersion) -> str:
    return "" if serving.number == version.number else f", as version {serving.number}"
