"""Tiny models behind endpoints, and clients that ask them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config

from worlds.execution_world import INFERENCE, World, archive

HANDLER = """
    import json, os, time
    from sagemaker_inference.errors import BaseInferenceToolkitError

    def model_fn(model_dir):
        print("loading", flush=True)
        while "GATE" in os.environ and not os.path.exists(os.environ["GATE"]):
            time.sleep(0.05)
        return VERSION

    def input_fn(body, content_type):
        if content_type != "application/jsonlines":
            raise BaseInferenceToolkitError(415, f"cannot read {content_type}", "unsupported")
        text = body if isinstance(body, str) else bytes(body).decode()
        return [json.loads(line)["features"][0] for line in text.splitlines()]

    def predict_fn(texts, version):
        return [{"version": version, "length": len(text)} for text in texts]

    def output_fn(predictions, accept):
        return "\\n".join(map(json.dumps, predictions)), "application/jsonlines"
"""
BODY = b'{"features": ["abc"]}\n{"features": ["a"]}'
PROCESS = "os.getpid()"  # as the version of a model: tells its instances apart
_CLIENTS = 3
_ONE_ATTEMPT = Config(retries={"total_max_attempts": 1})


def make_model(world: World, name: str, handler: str, **environment: str) -> None:
    """A model, and an endpoint configuration of the same name with one instance."""
    url = world.upload(f"models/{name}.tar.gz", archive({"code/inference.py": handler}))
    container = {"Image": INFERENCE, "ModelDataUrl": url}
    container["Environment"] = {"SAGEMAKER_PROGRAM": "inference.py"} | environment  # type: ignore[assignment]
    world.sagemaker.create_model(
        ModelName=name, ExecutionRoleArn=world.role, PrimaryContainer=container
    )
    world.sagemaker.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[variant("AllTraffic", name)]
    )


def serve(world: World, name: str, handler: str, **environment: str) -> dict[str, Any]:
    """A model behind an endpoint of the same name; what it is like once its start has ended."""
    make_model(world, name, handler, **environment)
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    return world.wait_for_endpoint(name)


def variant(name: str, model: str, weight: float = 1.0, instances: int = 1) -> dict[str, Any]:
    return {
        "VariantName": name,
        "ModelName": model,
        "InitialInstanceCount": instances,
        "InstanceType": "ml.m5.large",
        "InitialVariantWeight": weight,
    }


def deployment(kind: str, wait: int = 0, termination: int = 0, **routing: Any) -> dict[str, Any]:
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": kind,
                "WaitIntervalInSeconds": wait,
                **routing,
            },
            "TerminationWaitInSeconds": termination,
        }
    }


def size(value: int, unit: str = "CAPACITY_PERCENT") -> dict[str, Any]:
    return {"Type": unit, "Value": value}


def invoke(world: World, endpoint: str, body: bytes = BODY, **changes: str) -> list[Any]:
    return answers_of(world.client("sagemaker-runtime"), endpoint, body, **changes)


def answers_of(runtime: Any, endpoint: str, body: bytes = BODY, **changes: str) -> list[Any]:
    request = {"ContentType": "application/jsonlines"} | changes
    response = runtime.invoke_endpoint(EndpointName=endpoint, Body=body, **request)
    assert response["ContentType"] == "application/jsonlines"
    return [json.loads(line) for line in response["Body"].read().splitlines()]


@dataclass
class Heard:
    """What clients got, in the order in which it came."""

    versions: list[Any] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)


@contextmanager
def asking(world: World, endpoint: str) -> Iterator[Heard]:
    """Clients that ask all the time, each request once."""
    heard, stop = Heard(), threading.Event()

    def ask() -> None:
        runtime = world.client("sagemaker-runtime", config=_ONE_ATTEMPT)
        while not stop.is_set():
            try:
                heard.versions.append(answers_of(runtime, endpoint)[0]["version"])
            except Exception as error:
                heard.errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield heard
    finally:
        stop.set()
        for thread in threads:
            thread.join()
