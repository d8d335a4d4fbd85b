"""A model that shouts, and transform jobs that ask it."""

from typing import Any

from worlds.execution_world import BUCKET, INFERENCE, World, archive, wait

GROUP = "/aws/sagemaker/TransformJobs"
SHOUT = """
    import os, time
    from sagemaker_inference.errors import BaseInferenceToolkitError

    def model_fn(model_dir):
        print("loading", flush=True)
        while "GATE" in os.environ and not os.path.exists(os.environ["GATE"]):
            time.sleep(0.05)
        return os.environ.get("PREFIX", "")

    def transform_fn(prefix, body, content_type, accept):
        if "refused" in body:
            raise BaseInferenceToolkitError(415, f"cannot read {content_type}", "refused")
        if "broken" in body:
            raise ValueError("broken inside")
        return prefix + body.upper(), accept
"""


def make_model(world: World, name: str, handler: str) -> str:
    url = world.upload(f"models/{name}.tar.gz", archive({"code/inference.py": handler}))
    container = {"Image": INFERENCE, "ModelDataUrl": url}
    world.sagemaker.create_model(
        ModelName=name, ExecutionRoleArn=world.role, PrimaryContainer=container
    )
    return name


def start(world: World, name: str, model: str, **changes: Any) -> None:
    """A job that reads <name>/in/ and writes <name>/out/; `source` changes its TransformInput."""
    place = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{name}/in/"}
    source = {"DataSource": {"S3DataSource": place}, "ContentType": "text/csv"}
    request = {
        "TransformJobName": name,
        "ModelName": model,
        "TransformInput": source | changes.pop("source", {}),
        "TransformOutput": {"S3OutputPath": f"s3://{BUCKET}/{name}/out", "Accept": "text/csv"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    world.sagemaker.create_transform_job(**request | changes)


def end(world: World, name: str) -> dict[str, Any]:
    return wait(
        lambda: world.sagemaker.describe_transform_job(TransformJobName=name),
        "TransformJobStatus",
        ("InProgress", "Stopping"),
    )


def lines(world: World, name: str, *, of_data: bool) -> list[str]:
    streams = world.log(GROUP, f"{name}/")
    chosen = [log for stream, log in streams.items() if stream.endswith("/data-log") is of_data]
    return [line.partition(":[sagemaker logs]: ")[2] or line for log in chosen for line in log]


def requests(world: World, name: str, status: int) -> int:
    logged = lines(world, name, of_data=False)
    return sum(line.startswith(f"POST /invocations {status} ") for line in logged)
