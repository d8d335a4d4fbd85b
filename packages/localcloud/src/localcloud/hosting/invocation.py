"""InvokeEndpoint: the choice of an instance, its answer, metrics and data capture.

Refused, not ignored: target models, explanations, components, sessions.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from localcloud.core import records
from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError, ValidationError
from localcloud.core.records import Record
from localcloud.hosting import capture
from localcloud.hosting.container_client import Answer
from localcloud.hosting.endpoint_metrics import Invocation
from localcloud.hosting.running import RunningEndpoints
from localcloud.hosting.serving_instance import ServingInstance
from localcloud.hosting.variant import Variant

_HANDOVER_SECONDS = 0.01
_REFUSED = (
    "TargetModel",
    "EnableExplanations",
    "InferenceComponentName",
    "SessionId",
)


class EndpointNotFound(ValidationError):
    """No endpoint of the name is in service (HTTP 400)."""


def invoke_endpoint(cloud: Cloud, request: Record) -> Record:
    started = time.perf_counter()
    name, headers = request["EndpointName"], request_headers(request)
    records.refuse(request, _REFUSED)
    with held_instance(cloud, name, request.get("TargetVariant")) as (variant, instance):
        if variant.asynchronous is not None:
            raise ValidationError(
                f"Endpoint {name} has AsyncInferenceConfig: ask it with InvokeEndpointAsync."
            )
        target = request.get("TargetContainerHostname")
        if refusal := instance.refusal(target):
            raise ValidationError(refusal)
        asked = time.perf_counter()
        answer = instance.invoke(request["Body"], headers, target=target)
        model_seconds = time.perf_counter() - asked
    if variant.capture and answer.status == 200:
        variant.capture.add(_exchange(request, headers, answer))
    cloud.service(RunningEndpoints).metrics.add(
        Invocation(
            endpoint=name,
            variant=variant.name,
            instances=variant.instance_count,
            status=answer.status,
            model_seconds=model_seconds,
            overhead_seconds=time.perf_counter() - started - model_seconds,
        )
    )
    if answer.status != 200:
        raise _model_error(cloud, name, answer)
    return {
        "Body": answer.body,
        "ContentType": answer.content_type,
        "InvokedProductionVariant": variant.name,
    }


def request_headers(request: Record) -> dict[str, str]:
    headers = {
        "Content-Type": request.get("ContentType", "application/octet-stream"),
        "Accept": request.get("Accept", "*/*"),
    }
    if "CustomAttributes" in request:
        headers["X-Amzn-SageMaker-Custom-Attributes"] = request["CustomAttributes"]
    return headers


@contextmanager
def held_instance(
    cloud: Cloud, name: str, target: str | None
) -> Iterator[tuple[Variant, ServingInstance]]:
    """Holds an instance; a fleet that is being closed hands the request over to the next one."""
    while traffic := cloud.service(RunningEndpoints).traffic.get(name):
        variant = traffic.choose(target)
        if variant is None:
            raise ValidationError(f"Variant {target} not found for endpoint {name}.")
        with variant.request() as instance:
            if instance:
                yield variant, instance
                return
        time.sleep(_HANDOVER_SECONDS)
    raise EndpointNotFound(f"Endpoint {name} of account {cloud.account} not found.")


def _exchange(request: Record, headers: dict[str, str], answer: Answer) -> capture.Exchange:
    return capture.Exchange(
        moment=capture.now(),
        request_type=headers["Content-Type"],
        request=request["Body"],
        answer_type=answer.content_type,
        answer=answer.body,
        inference_id=request.get("InferenceId"),
    )


def _model_error(cloud: Cloud, name: str, answer: Answer) -> AwsError:
    """The 424 that carries a container's own error, worded as AWS words it."""
    side = "client" if 400 <= answer.status < 500 else "server"
    text = answer.body.decode(errors="replace")
    region, group = cloud.region, f"/aws/sagemaker/Endpoints/{name}"
    message = (
        f"Received {side} error ({answer.status}) from {answer.container} with message "
        f'"{text}". See '
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
