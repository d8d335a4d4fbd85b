import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from localcloud import recovery as execution
from localcloud.jobs.jobs import mark
from localcloud.jobs.process import Program, base_environment
from worlds.waiting import until


class Store:
    """The store's interface, in memory."""

    def __init__(self, **kinds: list[dict[str, Any]]) -> None:
        self.kinds = {kind.replace("_", "-"): records for kind, records in kinds.items()}

    def list(self, kind: str) -> list[dict[str, Any]]:
        return [dict(record) for record in self.kinds.get(kind, [])]

    def update(self, kind: str, name: str, **changes: Any) -> None:
        for record in self.kinds[kind]:
            if name in record.values():
                record.update(changes)


def test_an_earlier_servers_jobs_fail_and_their_processes_end(tmp_path: Path) -> None:
    running = {"ProcessingJobName": "p", "ProcessingJobStatus": "InProgress"}
    done = {"ProcessingJobName": "q", "ProcessingJobStatus": "Completed"}
    stage = {"Status": "Training", "StartTime": time.time()}
    training = {
        "TrainingJobName": "t",
        "TrainingJobStatus": "Stopping",
        "SecondaryStatusTransitions": [stage],
        "ProfilerRuleEvaluationStatuses": [
            {"RuleConfigurationName": "ProfilerReport", "RuleEvaluationStatus": "InProgress"}
        ],
    }
    transform = {"TransformJobName": "b", "TransformJobStatus": "InProgress"}
    store = Store(
        processing_job=[running, done], training_job=[training], transform_job=[transform]
    )
    cloud: Any = SimpleNamespace(data_dir=tmp_path, store=store)
    lines: list[str] = []
    orphan = Program(
        [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"],
        folder=tmp_path,
        environment=base_environment(),
        mark=mark(cloud, "processing-job", "p", "0"),
        on_line=lines.append,
    )
    assert until(lambda: lines) == ["up"]
    (tmp_path / "training-jobs" / "t").mkdir(parents=True)

    execution.recover(cloud)

    assert running["ProcessingJobStatus"] == "Failed"
    assert "embedded AWS was stopped" in running["FailureReason"]
    assert done == {"ProcessingJobName": "q", "ProcessingJobStatus": "Completed"}
    assert transform["TransformJobStatus"] == "Failed"
    assert transform["FailureReason"] == running["FailureReason"]
    assert "TransformEndTime" in transform
    assert training["TrainingJobStatus"] == training["SecondaryStatus"] == "Failed"
    assert all("EndTime" in entry for entry in training["SecondaryStatusTransitions"])
    assert training["ProfilerRuleEvaluationStatuses"][0]["RuleEvaluationStatus"] == "Stopped"
    assert not (tmp_path / "training-jobs").exists()
    assert orphan.exit_code == 128 + 9
    orphan.close()
