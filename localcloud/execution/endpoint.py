"""CreateEndpoint, UpdateEndpoint, InvokeEndpoint and their kin.

An update is blue/green, all at once: the old instances serve until every new one is healthy; if one
is not, the endpoint stays on the old configuration with a FailureReason, as on AWS.

Refused, not ignored: canary and linear traffic shifting, rolling updates, rollback alarms, retained
variant properties, inference components, target models.
"""

import threading
import time

from localcloud.cloud import Cloud
from localcloud.errors import AwsError, ValidationException
from localcloud.execution import records
from localcloud.execution.engine import engine
from localcloud.execution.fleet import Fleet
from localcloud.execution.model import find_config, find_model
from localcloud.execution.records import Record
from localcloud.execution.server_process import INVOCATION_SECONDS, Answer, StartError
from localcloud.operations import operation

ENDPOINT = "endpoint"
_LONGEST_REASON = 1024
_HANDOVER_SECONDS = 0.01
_INVOCATION = (
    "TargetModel",
    "InferenceId",
    "TargetContainerHostname",
    "EnableExplanations",
    "InferenceComponentName",
    "SessionId",
)


def _arn(cloud: Cloud, name: str) -> str:
    return records.arn(cloud, "endpoint", name)


def _find(cloud: Cloud, name: str) -> Record:
    return records.find(cloud, ENDPOINT, name, f'Could not find endpoint "{_arn(cloud, name)}".')


@operation("CreateEndpoint")
def create_endpoint(cloud: Cloud, request: Record) -> Record:
    name = request["EndpointName"]
    records.refuse(request, ["DeploymentConfig"])
    find_config(cloud, request["EndpointConfigName"])
    arn = _arn(cloud, name)
    record = {**request, "EndpointArn": arn, "EndpointStatus": "Creating"}
    taken = ValidationException(f'Cannot create already existing endpoint "{arn}".')
    records.create(cloud, ENDPOINT, name, record, taken)
    _in_background(cloud, name, request["EndpointConfigName"])
    return {"EndpointArn": arn}


@operation("UpdateEndpoint")
def update_endpoint(cloud: Cloud, request: Record) -> Record:
    name, config = request["EndpointName"], request["EndpointConfigName"]
    records.refuse(
        request,
        [
            "RetainAllVariantProperties",
            "ExcludeRetainedVariantProperties",
            "RetainDeploymentConfig",
        ],
    )
    _check_deployment(request.get("DeploymentConfig", {}))
    record = _find(cloud, name)
    find_config(cloud, config)
    if record["EndpointStatus"] not in ("InService", "Failed"):
        raise ValidationException(f'Cannot update in-progress endpoint "{record["EndpointArn"]}".')
    if record["EndpointStatus"] == "InService" and record["EndpointConfigName"] == config:
        raise ValidationException(f"Cannot update endpoint to the same configuration {config!r}.")
    _change(cloud, name, EndpointStatus="Updating", FailureReason=None)
    _in_background(cloud, name, config)
    return {"EndpointArn": record["EndpointArn"]}


def _check_deployment(config: Record) -> None:
    records.refuse(config, ["RollingUpdatePolicy", "AutoRollbackConfiguration"])
    policy = config.get("BlueGreenUpdatePolicy", {})
    routing = policy.get("TrafficRoutingConfiguration", {}).get("Type", "ALL_AT_ONCE")
    if routing != "ALL_AT_ONCE":
        raise ValidationException(f"Traffic routing {routing} is not supported by localcloud")


@operation("DescribeEndpoint")
def describe_endpoint(cloud: Cloud, request: Record) -> Record:
    found = _find(cloud, request["EndpointName"])
    record = {field: value for field, value in found.items() if value is not None}
    fleet = engine(cloud).fleets.get(request["EndpointName"])
    if fleet is None:
        return record
    return record | {"ProductionVariants": [variant.description() for variant in fleet.variants]}


@operation("ListEndpoints")
def list_endpoints(cloud: Cloud, request: Record) -> Record:
    def summary(record: Record) -> Record:
        return records.pick(
            record,
            "EndpointName",
            "EndpointArn",
            "CreationTime",
            "LastModifiedTime",
            "EndpointStatus",
        )

    found = records.select(
        cloud.store.list(ENDPOINT),
        request,
        name="EndpointName",
        status="EndpointStatus",
        summary=summary,
    )
    return {"Endpoints": found}


@operation("DeleteEndpoint")
def delete_endpoint(cloud: Cloud, request: Record) -> Record:
    name = request["EndpointName"]
    record = _find(cloud, name)
    if record["EndpointStatus"] in ("Creating", "Updating"):
        raise ValidationException(f'Cannot update in-progress endpoint "{record["EndpointArn"]}".')
    if record["EndpointStatus"] != "Deleting":
        _change(cloud, name, EndpointStatus="Deleting")
        threading.Thread(target=_delete, args=(cloud, name), name=f"delete-{name}").start()
    return {}


def _delete(cloud: Cloud, name: str) -> None:
    fleet = engine(cloud).fleets.pop(name, None)
    if fleet:
        fleet.close()
    cloud.store.delete(ENDPOINT, name)


def _change(cloud: Cloud, name: str, **changes: object) -> None:
    cloud.store.update(ENDPOINT, name, LastModifiedTime=time.time(), **changes)


# -- deployment ------------------------------------------------------------------------------------


def _in_background(cloud: Cloud, name: str, config_name: str) -> None:
    threading.Thread(
        target=deploy, args=(cloud, name, config_name), name=f"deploy-{name}", daemon=True
    ).start()


def deploy(cloud: Cloud, name: str, config_name: str) -> None:
    """Puts the configuration's fleet in service; the previous one serves until it is healthy."""
    running = engine(cloud)
    previous = running.fleets.get(name)
    try:
        fleet = _start_fleet(cloud, name, config_name)
    except Exception as error:
        if not running.stopping.is_set():  # the next server starts it again
            known = isinstance(error, StartError | AwsError)
            reason = str(error) if known else f"{type(error).__name__}: {error}"
            status = "InService" if previous else "Failed"
            _change(cloud, name, EndpointStatus=status, FailureReason=reason[:_LONGEST_REASON])
        return
    if cloud.store.get(ENDPOINT, name) is None or running.stopping.is_set():
        return fleet.close()
    running.fleets[name] = fleet
    _change(cloud, name, EndpointStatus="InService", EndpointConfigName=config_name)
    if previous:
        previous.close(drain_seconds=INVOCATION_SECONDS)


def _start_fleet(cloud: Cloud, name: str, config_name: str) -> Fleet:
    config = find_config(cloud, config_name)
    models = {
        variant["ModelName"]: find_model(cloud, variant["ModelName"])
        for variant in config["ProductionVariants"]
    }
    fleet = Fleet(cloud, name, config, models)
    starting = engine(cloud).starting
    starting.append(fleet)  # so that a shutdown ends it, too
    try:
        fleet.start()
    finally:
        starting.remove(fleet)
    return fleet


# -- invocation ----------------------------------------------------------------------------------


@operation("InvokeEndpoint", service="sagemaker-runtime")
def invoke_endpoint(cloud: Cloud, request: Record) -> Record:
    name = request["EndpointName"]
    records.refuse(request, _INVOCATION)
    headers = {
        "Content-Type": request.get("ContentType", "application/octet-stream"),
        "Accept": request.get("Accept", "*/*"),
    }
    if "CustomAttributes" in request:
        headers["X-Amzn-SageMaker-Custom-Attributes"] = request["CustomAttributes"]
    variant, answer = _invoke(cloud, name, request.get("TargetVariant"), request["Body"], headers)
    if answer.status != 200:
        raise _model_error(cloud, name, answer)
    return {
        "Body": answer.body,
        "ContentType": answer.content_type,
        "InvokedProductionVariant": variant,
    }


def _invoke(
    cloud: Cloud, name: str, target: str | None, body: bytes, headers: dict[str, str]
) -> tuple[str, Answer]:
    """Asks an instance; a fleet that is being replaced hands over to its successor."""
    while fleet := engine(cloud).fleets.get(name):
        with fleet.request() as is_open:
            if not is_open:
                time.sleep(_HANDOVER_SECONDS)
                continue
            variant = fleet.choose(target)
            if variant is None:
                raise _validation_error(f"Variant {target} not found for endpoint {name}.")
            return variant.name, variant.next_server().invoke(body, headers)
    raise _validation_error(f"Endpoint {name} of account {cloud.account} not found.")


def _validation_error(message: str) -> AwsError:
    """The runtime's code is ValidationError where the control plane says ValidationException."""
    return AwsError("ValidationError", message, 400)


def _model_error(cloud: Cloud, name: str, answer: Answer) -> AwsError:
    """The 424 that carries a container's own error, worded as AWS words it."""
    side = "client" if 400 <= answer.status < 500 else "server"
    text = answer.body.decode(errors="replace")
    region, group = cloud.region, f"/aws/sagemaker/Endpoints/{name}"
    message = (
        f'Received {side} error ({answer.status}) from primary with message "{text}". See '
        f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
        f"#logEventViewer:group={group} in account {cloud.account} for more information."
    )
    return AwsError(
        "ModelError",
        message,
        424,
        OriginalStatusCode=answer.status,
        OriginalMessage=text,
        LogStreamArn=f"arn:aws:logs:{region}:{cloud.account}:log-group:{group}",
    )
