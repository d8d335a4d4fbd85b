"""What a program finds at /opt/ml, which no instance has in the file system of the machine."""

import pytest

from localcloud.jobs import container_root
from worlds.execution_world import BUCKET, World, s3_input
from worlds.job_world import GROUP, JobWorld
from worlds.served_model import serve
from worlds.waiting import until

needs_mounts = pytest.mark.skipif(
    not container_root.is_available(), reason="needs Linux, /opt, and root or user namespaces"
)
HARD_CODED = """
    import os, pathlib
    rows = pathlib.Path("/opt/ml/processing/input/data/rows.csv").read_text()
    pathlib.Path("/opt/ml/processing/output/copy.csv").write_text(rows)
    os.makedirs("/opt/ml/model")
    print(rows)
"""
MODEL = """
    def model_fn(folder):
        return open("/opt/ml/model/code/inference.py").read()

    def input_fn(body, content_type):
        return body

    def predict_fn(body, model):
        return [{"found": "predict_fn" in model}]

    def output_fn(found, accept):
        return str(found), "text/plain"
"""


@needs_mounts
def test_a_processing_script_finds_the_paths_in_its_source(world: World) -> None:
    data = world.upload("root/data/rows.csv", "1,2").rpartition("/")[0]
    done = world.process(
        "root",
        HARD_CODED,
        ProcessingInputs=[
            s3_input("code", f"s3://{BUCKET}/root/code/", "/opt/ml/processing/input/code"),
            s3_input("data", data, "/opt/ml/processing/input/data"),
        ],
    )
    (log,) = world.log("/aws/sagemaker/ProcessingJobs", "root/").values()
    assert done["ProcessingJobStatus"] == "Completed", log
    assert log == ["1,2"]
    assert world.read("root/out/copy.csv") == b"1,2"


@needs_mounts
def test_a_training_script_finds_the_paths_in_its_source(world: World) -> None:
    script = """
        import json
        given = json.load(open("/opt/ml/input/config/hyperparameters.json"))
        open("/opt/ml/model/weights", "w").write(given["epochs"])
    """
    done = world.train("rooted", script, HyperParameters={"epochs": "3"})
    assert done["TrainingJobStatus"] == "Completed", done
    assert done["ModelArtifacts"]["S3ModelArtifacts"].endswith("/model.tar.gz")


@needs_mounts
def test_a_model_finds_the_paths_in_its_source(world: World) -> None:
    assert serve(world, "rooted", MODEL)["EndpointStatus"] == "InService"
    answer = world.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="rooted", ContentType="text/plain", Body=b"any"
    )
    assert answer["Body"].read() == b"[{'found': True}]"


@needs_mounts
def test_each_instance_has_a_root_of_its_own(jobs: JobWorld) -> None:
    wait = """
        import os, pathlib, time
        pathlib.Path(ROOT, "model/ready").write_text(os.environ["OWN"])
        while not pathlib.Path(ROOT, "model/go").exists():
            time.sleep(0.05)
        print(pathlib.Path(ROOT, "model/ready").read_text())
    """.replace("ROOT", "'/opt/' + 'ml'")  # in no form that is rewritten
    for name in ("one", "two"):
        jobs.start(name, wait, Environment={"OWN": name})
    files = {name: jobs.wait_for_file(name, "model/ready") for name in ("one", "two")}
    for file in files.values():
        file.with_name("go").touch()
    for name in files:
        assert jobs.ended(name)["TrainingJobStatus"] == "Completed"
        assert until(lambda job=name: jobs.streams(job)) == [[name]]


def test_a_log_says_why_a_path_is_not_found(
    jobs: JobWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container_root, "is_available", lambda: False)
    failed = jobs.run("unfound", "open('/opt/' + 'ml/input/rows.csv')")
    assert failed["TrainingJobStatus"] == "Failed"
    (lines,) = jobs.world.log(GROUP, "unfound/").values()
    assert lines[-1].startswith(
        "localcloud: /opt/ml/input/rows.csv stands in the source of a program"
    )
