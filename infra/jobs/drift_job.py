"""The processing job that compares what the endpoint was asked with the baseline."""

from typing import Any

from sagemaker.processing import ProcessingInput

from contract import s3_keys
from infra.jobs.preparation_job import sklearn_processor
from infra.jobs.processing_jobs import INPUT, MESSAGE, OUTPUT, modules, read, write
from infra.jobs.values import Values
from infra.settings import Settings


def comparer(settings: Settings, session: Any, values: Values) -> Any:
    """The processor that compares, in the image of the preparation, which has SciPy; `comparison`
    is for its `run`."""
    return sklearn_processor(
        settings,
        session,
        values,
        instances=settings.drift.instances,
        image=settings.image_of_drift(),
        isolated=settings.network.isolated,
    )


def comparison(settings: Settings, values: Values) -> dict[str, Any]:
    """The arguments of `comparer(...).run(...)` for ml_code/drift.py."""
    arguments = {
        "data": f"{INPUT}/data",
        "baseline": f"{INPUT}/baseline",
        "output-data": f"{OUTPUT}/{s3_keys.DRIFT_REPORT}",
        "message-file": MESSAGE,
        "environment": settings.environment,
        "endpoint": settings.name,
        "run": "{run}",
        "start": "{start}",
        "end": "{end}",
        "rated-from": "{rated_from}",
        "significance": settings.drift.significance,
        "least-requests": settings.drift.least_requests,
    }
    shifts = settings.drift.least_shifts.items()
    return {
        "code": f"{values.code}/{s3_keys.SOURCE}/drift.py",
        "inputs": [
            # The requests of a period are objects among others: a manifest names them.
            ProcessingInput(
                input_name="data",
                source=f"{values.drift_prefix}/{s3_keys.DRIFT_MANIFEST}",
                destination=f"{INPUT}/data",
                s3_data_type="ManifestFile",
            ),
            read("baseline", values.baseline),
            *modules(settings, values),
        ],
        "outputs": [write(s3_keys.DRIFT_REPORT, f"{values.drift_prefix}/{s3_keys.DRIFT_REPORT}")],
        "arguments": [
            *(f"--{name}={value}" for name, value in arguments.items()),
            *(f"--least-shift={name}={shift}" for name, shift in shifts),
        ],
    }
