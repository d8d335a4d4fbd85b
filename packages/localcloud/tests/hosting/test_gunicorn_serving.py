"""A scikit-learn image that serves an application of the model's own, and Ray's images."""

import importlib.util

import pytest
from botocore.exceptions import ClientError

from worlds.execution_world import REGISTRY, SKLEARN, World, archive

APPLICATION = """
    import os

    def app(environ, start_response):
        body = environ["wsgi.input"].read()
        if environ["PATH_INFO"] == "/ping":
            start_response("200 OK", [("Content-Length", "0")])
            return [b""]
        body_sent = f"{os.getpid()} {environ['CONTENT_TYPE']} {body!r}".encode()
        length = ("Content-Length", str(len(body_sent)))
        status = "400 Bad Request" if body == b"\\xff" else "200 OK"
        start_response(status, [("Content-Type", "text/plain"), length])
        return [body_sent]
"""


def make(world: World, name: str, image: str, application: str = APPLICATION) -> None:
    url = world.upload(f"models/{name}.tar.gz", archive({"code/wsgi_app.py": application}))
    world.sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=world.role,
        PrimaryContainer={
            "Image": image,
            "ModelDataUrl": url,
            "Environment": {"SAGEMAKER_SERVING_MODULE": "wsgi_app:app"},
        },
    )


def serve(world: World, name: str, application: str = APPLICATION) -> dict[str, str]:
    make(world, name, SKLEARN, application)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
    }
    world.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    return world.wait_for_endpoint(name)


def test_the_application_gets_bodies_as_they_are_and_says_the_status(world: World) -> None:
    found = serve(world, "own-application")
    assert found["EndpointStatus"] == "InService", found.get("FailureReason")
    runtime = world.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(
        EndpointName="own-application", ContentType="text/csv", Body=b"sch\xf6n"
    )
    assert answer["Body"].read().endswith(rb" text/csv b'sch\xf6n'")
    with pytest.raises(ClientError, match="Received client error \\(400\\)"):
        runtime.invoke_endpoint(EndpointName="own-application", Body=b"\xff", ContentType="a/b")
    world.sagemaker.delete_endpoint(EndpointName="own-application")


def test_an_application_that_does_not_load_fails_the_endpoint(world: World) -> None:
    found = serve(world, "broken-application", "raise RuntimeError('no weights')")
    assert found["EndpointStatus"] == "Failed"


@pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="Ray is installed")
def test_an_image_of_ray_is_refused_where_ray_is_not_installed(world: World) -> None:
    with pytest.raises(ClientError, match=r"serves with Ray, .* pip install 'ray\[serve\]'"):
        make(world, "on-ray", f"{REGISTRY}/ray:serve-ml-sagemaker-cpu")
