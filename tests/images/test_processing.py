"""The preparation in AWS's scikit-learn image, by the command line that the SDK compiles."""

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from contract.features import SCHEMA
from infra import requests
from infra.bundles import stage_jobs
from infra.settings import settings_for
from localcloud.jobs.layout import Layout
from localcloud.server import LocalCloud
from tests.images.conftest import Rebuild
from tests.images.rebuilt import ROOT, Rebuilt
from tests.ml_code.tiny import EVENT_TIME, make_reviews, write_reviews
from worlds.feature_world import BUCKET, Client, clients, created, definition

pytestmark = pytest.mark.timeout(1800)  # the environment may have to be made first
IMAGE = "scikit-learn-1.9-0"
SETTINGS = settings_for("local")[0]
_CHUNKS = 7_500  # of each class: more rows than the 20,000 of a chunk, so that workers are started


@dataclass(frozen=True)
class Ended:
    """A job that ended: its exit code, its log, and the folder that stood for /opt/ml."""

    code: int
    log: str
    folder: Path

    @property
    def message(self) -> str:
        return (self.folder / "output" / "message").read_text()

    def rows(self, ending: str) -> list[tuple[str, ...]]:
        parts = sorted(self.folder.glob(f"processing/output/*/part-*.{ending}"))
        read = pd.read_csv if ending == "csv" else pd.read_parquet
        frame = pd.concat([read(part) for part in parts]).astype(str)
        return sorted(frame.itertuples(index=False, name=None))


def start(
    container: Rebuilt, layout: Layout, reviews: Path, *extra: str, host: int = 1, hosts: int = 1,
    group: str = "", **environment: str,
) -> subprocess.Popen[str]:  # fmt: skip
    """As SageMaker does it: inputs under /opt/ml, the compiled entry point and arguments."""
    names = [f"algo-{number + 1}" for number in range(hosts)]
    config = {"current_host": f"algo-{host}", "hosts": names}
    layout.write_json("config/resourceconfig.json", config)
    layout.make("output")
    stage_jobs(layout.root / "processing/input/modules")
    layout.make("processing/input/code")
    shutil.copy(ROOT / "ml_code/preprocess.py", layout.root / "processing/input/code")
    layout.make("processing/input/reviews")
    shutil.copy(reviews, layout.root / "processing/input/reviews")
    shutil.copytree(reviews.parent / "base", layout.root / "base")
    request = requests.fill(
        requests.processing(SETTINGS),
        feature_group=group,
        event_time=EVENT_TIME,
        base_model="/opt/ml/base",
        text_column="Review Text",
        rating_column="Rating",
        title_column="",
        max_rejected_share="0.1",
        max_length="32",
        seed="42",
    )
    specification = request["AppSpecification"]
    command = [
        *specification["ContainerEntrypoint"],
        *specification["ContainerArguments"],
        *extra,
    ]
    return subprocess.Popen(
        [layout.localise(word) for word in command],
        env=container.environment(**layout.localise_all(request["Environment"]) | environment),
        cwd=layout.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(job: subprocess.Popen[str], layout: Layout) -> Ended:
    log = job.communicate(timeout=300)[0]
    return Ended(job.returncode, log, layout.root)


@pytest.fixture
def reviews(base_model: Path, tmp_path: Path) -> Path:
    """20 reviews a class, and beside them the base model."""
    shutil.copytree(base_model, tmp_path / "data" / "base")
    return write_reviews(tmp_path / "data" / "reviews.csv", make_reviews(20))


def test_a_job_installs_the_tokenizer_alone_and_its_workers_write_csv(
    rebuild: Rebuild, reviews: Path, tmp_path: Path
) -> None:
    container = rebuild(IMAGE)
    write_reviews(reviews, make_reviews(_CHUNKS))
    layout = Layout(tmp_path / "ml")
    job = ended(start(container, layout, reviews, "--format=csv", "--workers=2"), layout)
    assert job.code == 0, job.log
    installed = [line for line in job.log.splitlines() if line.startswith("Installing ")]
    assert [line.partition("=")[0] for line in installed] == ["Installing tokenizers"]
    splits = Counter(row[-1] for row in job.rows("csv"))
    assert set(splits) == {"train", "validation", "test"}
    report = json.loads(
        (job.folder / "processing/output/report/preparation-algo-1.json").read_text()
    )
    assert report["rows_read"] == 3 * _CHUNKS
    assert report["selected"] == splits.total()


def test_two_hosts_write_in_parquet_what_one_writes_in_csv(
    rebuild: Rebuild, reviews: Path, tmp_path: Path
) -> None:
    container = rebuild(IMAGE)
    alone = Layout(tmp_path / "alone")
    one = ended(start(container, alone, reviews), alone)
    layouts = [Layout(tmp_path / f"host-{number}") for number in (1, 2)]
    jobs = [
        start(container, layout, reviews, "--format=parquet", host=number, hosts=2)
        for number, layout in enumerate(layouts, start=1)
    ]
    both = [ended(job, layout) for job, layout in zip(jobs, layouts, strict=True)]
    assert [job.code for job in (one, *both)] == [0, 0, 0], one.log + both[0].log + both[1].log
    assert all(job.rows("parquet") for job in both)
    assert sorted(row for job in both for row in job.rows("parquet")) == one.rows("csv")


def test_a_users_error_is_the_exit_message(rebuild: Rebuild, reviews: Path, tmp_path: Path) -> None:
    container = rebuild(IMAGE)
    layout = Layout(tmp_path / "ml")
    job = ended(start(container, layout, reviews, "--text-column=Body"), layout)
    assert job.code == 1
    assert "reviews.csv" in job.message
    assert "'Body'" in job.message
    assert "Traceback" not in job.log


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as running:
        clients(running.data_dir)("s3").create_bucket(Bucket=BUCKET)
        yield running


def test_features_are_ingested_by_the_images_boto3_and_without_the_sagemaker_sdk(
    rebuild: Rebuild, reviews: Path, cloud: LocalCloud, tmp_path: Path
) -> None:
    container = rebuild(IMAGE)
    client = clients(cloud.data_dir)
    make_group(client, "images")
    layout = Layout(tmp_path / "ml")
    process = start(container, layout, reviews, group="images", **cloud.environment())
    job = ended(process, layout)
    assert job.code == 0, job.log
    assert "Records are put one by one" not in job.log
    sdk = subprocess.run([container.python, "-c", "import sagemaker"], capture_output=True)
    assert sdk.returncode == 1
    runtime = client("sagemaker-featurestore-runtime")
    pages = runtime.get_paginator("list_records").paginate(FeatureGroupName="images")
    stored = [identity for page in pages for identity in page["RecordIdentifiers"]]
    assert sorted(stored) == sorted(row[0] for row in job.rows("csv"))


def make_group(client: Client, name: str) -> None:
    features = [definition(feature, kind) for feature, kind in SCHEMA.types.items()]
    created(client, name, FeatureDefinitions=features, EventTimeFeatureName=SCHEMA.event_time.name)
