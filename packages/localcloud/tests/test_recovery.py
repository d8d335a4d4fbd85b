import sys
import time
from pathlib import Path

from localcloud import composition
from localcloud.core.cloud import Cloud
from localcloud.core.records import Record
from localcloud.jobs.instance import mark
from localcloud.jobs.process import Program, base_environment
from worlds.waiting import until
from worlds.wire_client import new_cloud


def found(cloud: Cloud, kind: str, name: str) -> Record:
    record = cloud.store.get(kind, name)
    assert record is not None
    return record


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
    cloud = new_cloud(tmp_path)
    cloud.store.put("processing-job", "p", running)
    cloud.store.put("processing-job", "q", done)
    cloud.store.put("training-job", "t", training)
    cloud.store.put("transform-job", "b", transform)
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

    composition.recover(cloud)

    processed, transformed = found(cloud, "processing-job", "p"), found(cloud, "transform-job", "b")
    assert processed["ProcessingJobStatus"] == "Failed"
    assert "embedded AWS was stopped" in processed["FailureReason"]
    assert found(cloud, "processing-job", "q") == done
    assert transformed["TransformJobStatus"] == "Failed"
    assert transformed["FailureReason"] == processed["FailureReason"]
    assert "TransformEndTime" in transformed
    trained = found(cloud, "training-job", "t")
    assert trained["TrainingJobStatus"] == trained["SecondaryStatus"] == "Failed"
    assert all("EndTime" in entry for entry in trained["SecondaryStatusTransitions"])
    assert trained["ProfilerRuleEvaluationStatuses"][0]["RuleEvaluationStatus"] == "Stopped"
    assert not (tmp_path / "training-jobs").exists()
    assert orphan.exit_code == 128 + 9
    orphan.close()
    composition.shutdown(cloud)
    cloud.store.close()
