"""InvokeEndpointAsync: requests that wait in a queue, and answers in S3.

A request that has been accepted is kept until it has been answered, also by a later server. Where a
model gives no answer, the file of the failure has the reason.

Refused, not ignored: responses inside of notifications, data capture of asynchronous endpoints.
Not emulated: metrics of the queue.
"""

import base64
import json
import logging
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError

from localcloud.core import records
from localcloud.core.cloud import Cloud, Service
from localcloud.core.errors import ValidationError
from localcloud.core.records import Record
from localcloud.core.s3 import Location, TransferError
from localcloud.hosting import async_config, endpoint_record
from localcloud.hosting.container_client import Answer
from localcloud.hosting.deployment import ASYNC_CONFIG
from localcloud.hosting.endpoint_metrics import Invocation
from localcloud.hosting.invocation import EndpointNotFound, held_instance, request_headers
from localcloud.hosting.running import RunningEndpoints
from localcloud.hosting.serving_instance import ServingInstance
from localcloud.hosting.variant import Variant
from localcloud.iam.role import Role
from localcloud.jobs.logs import LogStream

KIND = "async-invocation"
_TTL_SECONDS = 6 * 3600
_INVOCATION_SECONDS = 15 * 60
_POLL_SECONDS = 0.2
_KEPT = ("EndpointName", "ContentType", "Accept", "CustomAttributes", "InputLocation")
_LIMITS = ("RequestTTLSeconds", "InvocationTimeoutSeconds")
_LOGGER = logging.getLogger(__name__)


class Failure(Exception):
    """The request has no result; the text is the reason, and `body` what the model has answered."""

    def __init__(self, reason: str, body: bytes = b"") -> None:
        super().__init__(reason)
        self.body = body or reason.encode()


def invoke_endpoint_async(cloud: Cloud, request: Record) -> Record:
    name, body = request["EndpointName"], request.get("Body", b"")
    traffic = cloud.service(RunningEndpoints).traffic.get(name)
    if traffic is None:
        raise ValidationError(f"Endpoint {name} of account {cloud.account} not found.")
    config = traffic.fleet.asynchronous
    if config is None:
        raise ValidationError(f"Endpoint {name} has no {ASYNC_CONFIG}: ask it with InvokeEndpoint.")
    if ("InputLocation" in request) == bool(body):
        raise ValidationError("A request needs either InputLocation or a Body.")
    inference_id = request.get("InferenceId") or str(uuid.uuid4())
    places = async_config.locations(config, request, inference_id)
    record = {
        **records.pick(request, *_KEPT, *_LIMITS),
        **places,
        "InferenceId": inference_id,
        "ReceivedTime": time.time(),
        "Body": base64.b64encode(body).decode(),
    }
    cloud.service(AsyncInvocations).accept(record)
    return {"InferenceId": inference_id, **places}


class AsyncInvocations(Service):
    """The queues of endpoints: as many requests at once as their instances may answer."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._lock = threading.Lock()
        self._pools: dict[tuple[str, int], ThreadPoolExecutor] = {}

    def start(self) -> None:
        """Goes on with what an earlier server has accepted."""
        for key, record in self.cloud.store.named(KIND).items():
            self._submit(key, record["EndpointName"])

    def shutdown(self) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def accept(self, record: Record) -> None:
        key = f"{time.time_ns():020}/{uuid.uuid4()}"
        self.cloud.store.put(KIND, key, record)
        self._submit(key, record["EndpointName"])

    def _submit(self, key: str, endpoint: str) -> None:
        width = self._width(endpoint)
        with self._lock:
            pool = self._pools.get((endpoint, width))
            if pool is None:
                pool = ThreadPoolExecutor(width, thread_name_prefix=f"async-{endpoint}")
                self._pools[endpoint, width] = pool
        pool.submit(self._process, key)

    def _width(self, endpoint: str) -> int:
        traffic = self.cloud.service(RunningEndpoints).traffic.get(endpoint)
        if traffic is None:  # it starts again
            return 1
        client = (traffic.fleet.asynchronous or {}).get("ClientConfig", {})
        each: int = client.get(
            "MaxConcurrentInvocationsPerInstance", async_config.DEFAULT_CONCURRENCY
        )
        return each * max(1, traffic.fleet.instance_count)

    def _process(self, key: str) -> None:
        record = self.cloud.store.get(KIND, key)
        try:
            while record and not self._try(record):
                if self.cloud.stopping.wait(_POLL_SECONDS):
                    return  # the next server goes on with it
        except Exception:
            if self.cloud.stopping.is_set():
                return
            _LOGGER.exception("asynchronous invocation of %s", record and record["EndpointName"])
        self.cloud.store.delete(KIND, key)

    def _try(self, record: Record) -> bool:
        """Whether the request is done with: False while the endpoint starts. The requests of a
        deleted endpoint are not answered."""
        endpoint = record["EndpointName"]
        try:
            with held_instance(self.cloud, endpoint, None) as (variant, instance):
                _answer(self.cloud, record, variant, instance)
        except EndpointNotFound:
            return self.cloud.store.get(endpoint_record.KIND, endpoint) is None
        return True


def _answer(cloud: Cloud, record: Record, variant: Variant, instance: ServingInstance) -> None:
    role = Role.assume(cloud, variant.role_arn, f"SageMaker-{variant.name}")
    config: Record = (variant.asynchronous or {}).get("OutputConfig", {})
    topics = config.get("NotificationConfig", {})
    try:
        answer = _ask(cloud, record, variant, instance, role)
        _put(role, record["OutputLocation"], answer.body, answer.content_type, config)
    except Failure as failure:
        if cloud.stopping.is_set():
            raise
        _log(role, instance, f"{record['InferenceId']}: {failure}")
        if "FailureLocation" in record:
            _put(role, record["FailureLocation"], failure.body, "text/plain", config)
        notice = async_config.message(cloud.region, record, "", str(failure))
        _notify(role, topics.get("ErrorTopic"), notice)
    else:
        notice = async_config.message(cloud.region, record, answer.content_type, None)
        _notify(role, topics.get("SuccessTopic"), notice)


def _ask(
    cloud: Cloud, record: Record, variant: Variant, instance: ServingInstance, role: Role
) -> Answer:
    limit = record.get("RequestTTLSeconds", _TTL_SECONDS)
    if time.time() - record["ReceivedTime"] > limit:
        raise Failure(f"ClientError: the request has waited for more than {limit} seconds")
    body = _read(record, role)
    seconds = record.get("InvocationTimeoutSeconds", _INVOCATION_SECONDS)
    asked = time.perf_counter()
    answer = instance.invoke(body, request_headers(record), seconds)
    cloud.service(RunningEndpoints).metrics.add(
        Invocation(
            endpoint=record["EndpointName"],
            variant=variant.name,
            instances=variant.instance_count,
            status=answer.status,
            model_seconds=time.perf_counter() - asked,
            overhead_seconds=0,
            is_asynchronous=True,
        )
    )
    if answer.status != 200:
        side = "client" if 400 <= answer.status < 500 else "server"
        raise Failure(
            f"ClientError: Received {side} error ({answer.status}) from model. See the SageMaker "
            "Endpoint logs in your account for more information.",
            answer.body,
        )
    return answer


def _read(record: Record, role: Role) -> bytes:
    if "InputLocation" not in record:
        return base64.b64decode(record["Body"])
    try:
        location = Location.parse(record["InputLocation"])
        found = role.client("s3").get_object(Bucket=location.bucket, Key=location.key)
        body: bytes = found["Body"].read()
    except (TransferError, ClientError) as error:
        raise Failure(f"ClientError: cannot read {record['InputLocation']}: {error}") from error
    return body


def _put(role: Role, place: str, body: bytes, content_type: str, config: Record) -> None:
    key, location = config.get("KmsKeyId"), Location.parse(place)
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}
    try:
        role.client("s3").put_object(
            Bucket=location.bucket,
            Key=location.key,
            Body=body,
            ContentType=content_type,
            **encryption,
        )
    except ClientError as error:
        raise Failure(f"ClientError: cannot write {place}: {error}") from error


def _notify(role: Role, topic: str | None, message: Record) -> None:
    if topic:
        text = json.dumps(message, separators=(",", ":"))
        role.client("sns").publish(TopicArn=topic, Message=text)


def _log(role: Role, instance: ServingInstance, line: str) -> None:
    """Writes into the platform's log of the instance, which names the request.

    https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html
    """
    spec = instance.spec
    log = LogStream(role.client("logs"), spec.log_group, f"{spec.log_stream}/data-log")
    log.write(line)
    log.close()
