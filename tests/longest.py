"""The files of tests that take longest: 20 to 120 seconds each, of two processors.

Which they are is seen with `--durations=100`. A file that is missing here costs time alone.
"""

from pathlib import Path

ROOT = Path(__file__).parents[1]
_LOCALCLOUD = "packages/localcloud/tests"
LONGEST = (
    "tests/ml_code/training/test_resuming.py",
    "tests/judges/test_jsonata.py",
    f"{_LOCALCLOUD}/clients/test_sdk.py",
    f"{_LOCALCLOUD}/jobs/test_training.py",
    "tests/ml_code/training/test_process_group.py",
    "tests/images/test_processing.py",
    f"{_LOCALCLOUD}/autoscaling/test_scaling.py",
    f"{_LOCALCLOUD}/hosting/test_endpoint.py",
    f"{_LOCALCLOUD}/hosting/test_rollout.py",
    f"{_LOCALCLOUD}/hosting/test_transform.py",
    "tests/judges/test_templates.py",
    f"{_LOCALCLOUD}/features/test_sdk.py",
    f"{_LOCALCLOUD}/ministack/stepfunctions/test_redrives.py",
)
