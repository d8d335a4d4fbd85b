"""The processing job that evaluates a model."""

from typing import Any

from sagemaker.processing import ScriptProcessor

from contract import s3_keys
from infra.jobs.processing_jobs import (
    INPUT,
    MESSAGE,
    OUTPUT,
    modules,
    processing_options,
    read,
    write,
)
from infra.jobs.values import Values
from infra.settings import Settings


def evaluator(settings: Settings, session: Any, values: Values) -> Any:
    """The processor that evaluates a model, in the training image, which has PyTorch; `evaluation`
    has the arguments of its `run`."""
    return ScriptProcessor(
        image_uri=settings.image_of_evaluation().uri,
        command=["python3"],
        **processing_options(
            settings,
            settings.evaluation_instances,
            session,
            values,
            isolated=settings.network.isolated,
        ),
    )


def evaluation(settings: Settings, values: Values) -> dict[str, Any]:
    """The arguments of `evaluator(...).run(...)` for ml_code/evaluate.py."""
    return {
        "code": f"{values.code}/{s3_keys.SOURCE}/evaluate.py",
        "inputs": [
            read("model", values.model_data),
            read("test", f"{values.features}/test"),
            read("report", f"{values.features}/{s3_keys.REPORTS}"),
            *modules(settings, values),
        ],
        "outputs": [write(s3_keys.EVALUATION, f"{values.run_prefix}/{s3_keys.EVALUATION}")],
        "arguments": [
            f"--model={INPUT}/model",
            f"--test-data={INPUT}/test",
            f"--report={INPUT}/report",
            f"--output-data={OUTPUT}/evaluation",
            f"--message-file={MESSAGE}",
        ],
    }
