"""AWS::SageMaker::Model, EndpointConfig and Endpoint of CloudFormation: what a Ref gives is an ARN.

Models and configurations are replaced by others; an endpoint is updated.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from botocore.model import Shape

from localcloud.core.cloud import Cloud
from localcloud.core.records import Record, pick
from localcloud.core.tags import drop_tags, put_tags
from localcloud.hosting import endpoint, endpoint_record, model
from localcloud.http.constraints import check
from localcloud.http.wire import service_model

_ONLY_FOR_UPDATES = (
    "ExcludeRetainedVariantProperties",
    "RetainAllVariantProperties",
    "RetainDeploymentConfig",
)
_POLL_SECONDS = 0.1
_NUMBERS: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
}


class TemplateError(ValueError):
    """A resource that could not become what its template says; the text is the reason."""


@dataclass(frozen=True)
class Resource:
    """One resource type; its records are of `kind`, and the API calls it `word`."""

    kind: str
    word: str
    create_it: Callable[[Cloud, Record], Record]
    delete_it: Callable[[Cloud, Record], Record]

    @property
    def name_property(self) -> str:
        return f"{self.word}Name"

    @property
    def replacing(self) -> tuple[str, ...]:
        """The properties that take another resource if they change."""
        return tuple(name for name in _shape(f"Create{self.word}").members if name != "Tags")

    def create(self, cloud: Cloud, properties: Record, generated: str) -> tuple[str, Record]:
        """Physical id and attributes; raises what the API raises."""
        request = _request(f"Create{self.word}", {self.name_property: generated, **properties})
        arn: str = self.create_it(cloud, request)[f"{self.word}Arn"]
        return self._tag(cloud, arn, request)

    def update(self, cloud: Cloud, arn: str, new: Record) -> tuple[str, Record]:
        """Changes the tags; every other change replaces the resource."""
        return self._tag(cloud, arn, new)

    def delete(self, cloud: Cloud, arn: str) -> None:
        """Does nothing if there is no such resource."""
        record = self.find(cloud, arn)
        if record:
            self.delete_it(cloud, pick(record, self.name_property))
            drop_tags(cloud, arn)

    def find(self, cloud: Cloud, arn: str) -> Record | None:
        """The resource with this ARN, which has the name in lower case."""
        found = (one for one in cloud.store.list(self.kind) if one[f"{self.word}Arn"] == arn)
        return next(found, None)

    def _tag(self, cloud: Cloud, arn: str, properties: Record) -> tuple[str, Record]:
        drop_tags(cloud, arn)
        put_tags(cloud, arn, properties.get("Tags", []))
        return arn, pick(self.find(cloud, arn) or {}, self.name_property, f"{self.word}Arn")


class EndpointResource(Resource):
    """Created and updated when it is in service, deleted when it is gone."""

    @property
    def replacing(self) -> tuple[str, ...]:
        return (self.name_property,)

    def create(self, cloud: Cloud, properties: Record, generated: str) -> tuple[str, Record]:
        asked = {key: value for key, value in properties.items() if key not in _ONLY_FOR_UPDATES}
        arn, attributes = super().create(cloud, asked, generated)
        record = _settled(cloud, attributes[self.name_property], ["Creating"])
        if record and record["EndpointStatus"] == "Failed":
            self.delete(cloud, arn)  # as the roll-back of a stack would
            raise TemplateError(record["FailureReason"])
        return arn, attributes

    def update(self, cloud: Cloud, arn: str, new: Record) -> tuple[str, Record]:
        record = self.find(cloud, arn) or {}
        if record.get("EndpointConfigName") != new["EndpointConfigName"]:
            name = pick(record, self.name_property)
            asked = {key: value for key, value in new.items() if key != "Tags"}
            endpoint.update_endpoint(cloud, _request("UpdateEndpoint", {**asked, **name}))
            settled = _settled(cloud, record[self.name_property], ["Updating"]) or {}
            if settled.get("FailureReason"):
                raise TemplateError(settled["FailureReason"])
        return super().update(cloud, arn, new)

    def delete(self, cloud: Cloud, arn: str) -> None:
        record = self.find(cloud, arn)
        super().delete(cloud, arn)
        if record:
            _settled(cloud, record[self.name_property], ["Deleting"])


def _settled(cloud: Cloud, name: str, transient: Collection[str]) -> Record | None:
    """The endpoint's record once its status is not a transient one; None if it is deleted."""
    while not cloud.stopping.wait(_POLL_SECONDS):
        record = cloud.store.get(endpoint_record.KIND, name)
        if record is None or record["EndpointStatus"] not in transient:
            return record
    raise TemplateError("the embedded AWS was stopped")


def _shape(operation: str) -> Shape:
    shape: Shape = service_model("sagemaker").operation_model(operation).input_shape
    return shape


def _request(operation: str, properties: Record) -> Record:
    """Raises ValidationException for what the API would not accept."""
    request: Record = _typed(properties, _shape(operation))
    check(request, _shape(operation))
    return request


def _typed(value: Any, shape: Shape) -> Any:
    """The value with the types of the shape: templates may hold numbers and booleans as text."""
    kind = shape.type_name
    if isinstance(value, dict) and kind == "structure":
        members = shape.members
        return {
            name: _typed(item, members[name]) if name in members else item
            for name, item in value.items()
        }
    if isinstance(value, list) and kind == "list":
        return [_typed(item, shape.member) for item in value]
    if isinstance(value, str) and kind == "boolean" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if isinstance(value, str) and kind in _NUMBERS:
        try:
            return _NUMBERS[kind](value)
        except ValueError:  # the check names the field
            return value
    return value


MODEL = Resource(model.MODEL, "Model", model.create_model, model.delete_model)
ENDPOINT_CONFIG = Resource(
    model.CONFIG, "EndpointConfig", model.create_endpoint_config, model.delete_endpoint_config
)
ENDPOINT = EndpointResource(
    endpoint_record.KIND, "Endpoint", endpoint.create_endpoint, endpoint.delete_endpoint
)
