"""Clients of the Feature Store's runtime, each in several processes: as fast as they can."""

import json
import socket
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import Barrier, Process
from typing import Any
from urllib.parse import quote, urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from localcloud.core.cloud import ACCESS_KEY, REGION, SECRET_KEY

PROCESSES = 8
_START_SECONDS = 300
Record = list[dict[str, str]]
Records = Callable[[int], Record]  # by number
Call = Callable[[int], None]
Client = Callable[[str, str, Records, range], Call]


def rate(client: Client, url: str, group: str, records: Records, calls: int) -> float:
    """Calls a second of all processes, from when all are ready until the last one is done."""
    barrier = Barrier(PROCESSES + 1)
    shares = [range(number * calls, (number + 1) * calls) for number in range(PROCESSES)]
    processes = [
        Process(target=_run, args=(partial(client, url, group, records, share), share, barrier))
        for share in shares
    ]
    for process in processes:
        process.start()
    barrier.wait(_START_SECONDS)
    started = time.perf_counter()
    for process in processes:
        process.join()
    seconds = time.perf_counter() - started
    if any(process.exitcode for process in processes):
        raise RuntimeError("a client failed; its error is above")
    return PROCESSES * calls / seconds


def _run(prepare: Callable[[], Call], share: range, barrier: Any) -> None:
    call = prepare()
    barrier.wait()
    for number in share:
        call(number)


# -- a socket, and requests that are signed before the clock runs ---------------------------------


def plain_put(url: str, group: str, records: Records, share: range) -> Call:
    address = f"{url}/FeatureGroup/{group}"
    return _plain(url, {one: _signed("PUT", address, {"Record": records(one)}) for one in share})


def plain_get(url: str, group: str, records: Records, share: range) -> Call:
    address = f"{url}/FeatureGroup/{group}?RecordIdentifierValueAsString="
    names = {one: quote(records(one)[0]["ValueAsString"]) for one in share}
    return _plain(url, {one: _signed("GET", address + name) for one, name in names.items()})


def _signed(method: str, address: str, document: Any = None) -> bytes:
    body = json.dumps(document).encode() if document else b""
    request = AWSRequest(method=method, url=address, data=body)
    SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "sagemaker", REGION).add_auth(request)
    parts = urlsplit(address)
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **request.headers,
    }
    lines = [f"{method} {parts.path}?{parts.query}".removesuffix("?") + " HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _plain(url: str, requests: dict[int, bytes]) -> Call:
    connection = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port))

    def call(number: int) -> None:
        connection.sendall(requests[number])
        answer = connection.recv(65536)
        while not _is_whole(answer):
            answer += connection.recv(65536)
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(answer.decode())

    return call


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return bool(found) and len(body) >= int(length)


# -- boto3 ---------------------------------------------------------------------------------------


def boto_put(url: str, group: str, records: Records, _share: range) -> Call:
    runtime = _runtime(url)
    return lambda number: runtime.put_record(FeatureGroupName=group, Record=records(number))


def boto_get(url: str, group: str, records: Records, _share: range) -> Call:
    runtime = _runtime(url)
    return lambda number: runtime.get_record(
        FeatureGroupName=group, RecordIdentifierValueAsString=records(number)[0]["ValueAsString"]
    )


def boto_batches(size: int) -> Client:
    """Of records, of which a call writes so many."""

    def client(url: str, group: str, records: Records, _share: range) -> Call:
        runtime = _runtime(url)

        def call(number: int) -> None:
            numbers = range(number * size, (number + 1) * size)
            entries = [{"FeatureGroupName": group, "Record": records(one)} for one in numbers]
            answer = runtime.batch_write_record(Entries=entries)
            if answer["Errors"]:
                raise RuntimeError(str(answer["Errors"][0]))

        return call

    return client


def _runtime(url: str) -> Any:
    return boto3.session.Session().client(
        "sagemaker-featurestore-runtime",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(retries={"total_max_attempts": 1}),
    )
