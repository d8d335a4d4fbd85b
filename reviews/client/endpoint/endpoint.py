"""The endpoint of an environment: predictions, and stopping and starting it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from reviews.client.aws.connection import Connection
from reviews.client.endpoint import invocation, predictions, serving, traffic
from reviews.client.endpoint.invocation import Prediction
from reviews.client.endpoint.lifecycle import EndpointLifecycle
from reviews.client.endpoint.predictions import Predicted
from reviews.client.endpoint.serving import Serving
from reviews.client.endpoint.serving_run import serving_columns
from reviews.client.endpoint.traffic import Traffic
from reviews.client.errors import EndpointMissing
from reviews.client.files.review_files import ReviewFile, rating_test


class Endpoint:
    """Raises NotDeployed for an environment without a Pipeline stack."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.name = connection.outputs.endpoint_name

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction for each text.

        Raises EndpointMissing, which says how to get an endpoint, and EndpointUnavailable.
        """
        runtime = self._connection.client("sagemaker-runtime")
        try:
            return invocation.predict(runtime, self.name, texts)
        except EndpointMissing as error:
            raise self._lifecycle().missing() from error

    def serving(self) -> Serving:
        """What the endpoint serves now. Raises EndpointMissing, which says how to get an
        endpoint."""
        found = serving.read(self._connection)
        if found is None:
            raise self._lifecycle().missing()
        return found

    def traffic(self) -> list[Traffic]:
        """The endpoint's requests and errors, from CloudWatch."""
        return traffic.read(self._connection.client("cloudwatch"), self.name, datetime.now(UTC))

    def predict_file(self, reviews: ReviewFile) -> Iterator[Predicted]:
        """The rows of a file, in its order, each with its prediction. Raises as `predict`."""
        return predictions.predict(self.predict, reviews)

    def open(self, file: Path) -> ReviewFile:
        """A file whose rows are to be classified, by title and text as the model in service was
        trained on them.

        Raises InvalidArgument for a file that has no such column.
        """
        columns = serving_columns(self._connection)
        return ReviewFile(file, columns, rating_test(self._connection.settings))

    def stop(self) -> str:
        """Deletes it and records what `start` needs; returns a sentence about the result."""
        return self._lifecycle().stop()

    def wake(self) -> None:
        """Starts it if it is stopped, and waits until it is in service.

        Raises EndpointMissing, EndpointBusy and EndpointUnavailable.
        """
        self._lifecycle().wake()

    def start(self, *, config: str = "", wait: bool = True) -> str:
        """Creates it as it was, or with another configuration; returns a sentence about it."""
        return self._lifecycle().start(config=config, wait=wait)

    def _lifecycle(self) -> EndpointLifecycle:
        return EndpointLifecycle(self._connection)
