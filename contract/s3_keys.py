"""The keys of objects in the artefact bucket of an environment."""

from datetime import UTC, datetime

# At the top of the bucket:
RUNS = "runs"
CODE = "code"
CAPTURE = "capture"  # requests and responses of the endpoint
FEATURE_STORE = "feature-store"  # the offline store
ATHENA = "athena"  # results of queries
REUSE = "reuse"  # which run has the result of a step, by the step's key
SCORINGS = "scoring"  # what is scored in batch, and the answers
DRIFT = "drift"  # reports about drift
FEEDBACK = "feedback"  # ratings of what the endpoint was asked, by the day of their upload
STOPPED_ENDPOINT = "endpoint/stopped.json"  # contract/stopped_endpoint.py

# Below the prefix of a run:
RUN = "run.json"  # the document of the run, by Prepare
FAILURE = "failure.json"  # the step that failed last, and the reason
APPROVAL = "approval.json"  # the task token for the answer
FEATURES = "features"
TRAINING = "training"
CHECKPOINTS = "checkpoints"
DEBUGGER = "debugger"  # what the hook of SageMaker Debugger writes
PROFILER = "profiler"  # what SageMaker's profiler writes
EVALUATION = "evaluation"
METRICS_FILE, PAGE_FILE = "evaluation.json", "evaluation.html"  # as ml_code/evaluating names them
EVALUATION_METRICS = f"{EVALUATION}/{METRICS_FILE}"
EVALUATION_PAGE = f"{EVALUATION}/{PAGE_FILE}"
BASELINE = f"{EVALUATION}/baseline"  # for reports about drift: with the tokenizer of the model
BASELINE_FILE = "baseline.json"
SOURCE_DOCUMENTS = "source"  # of a promotion: run.json and the evaluation of the other environment
PROMOTED_MODEL = f"{TRAINING}/promoted"  # its artefact, in place of a training job's output
# Below the prefix of a training job, by SageMaker:
# https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html
MODEL_ARCHIVE = "output/model.tar.gz"
OUTPUT_ARCHIVE = "output/output.tar.gz"
RULE_OUTPUT = "rule-output"  # of the rules of Debugger and of the profiler
# In the output archive, by ml_code/training:
PROFILE = "profiler_report"
PROFILE_PAGE_FILE = "profiler_report.html"

# Below the features: what the hosts of the processing job report about their rows.
REPORTS = "report"
PREPARATION_REPORTS = f"{REPORTS}/preparation-"  # a document of each host

# Below the prefix of a scoring:
SCORING = "scoring.json"  # the file that is scored, as its client read it
SCORING_INPUT = "input"  # parts in JSON Lines
SCORING_OUTPUT = "output"  # the answers to each part, NAME.out

# Below the prefix of a drift report:
DRIFT_MANIFEST = "manifest.json"  # the objects that the job reads
DRIFT_REPORT = "report"
DRIFT_REPORT_FILE, DRIFT_PAGE_FILE = "report.json", "report.html"

# Below the prefix of the code:
SOURCE = "source"  # single files, for processing jobs
SOURCE_ARCHIVE = "sourcedir.tar.gz"  # the same in one, for training jobs


def run_prefix(run: str) -> str:
    """The prefix of a run in the artefact bucket, by its id; `*` for all runs."""
    return f"{RUNS}/{run}"


def reuse_key(key: str) -> str:
    """The object that names the run with the result of a step, by the key of the step."""
    return f"{REUSE}/{key}.json"


def scoring_prefix(scoring: str) -> str:
    """The prefix of a scoring in the artefact bucket, by its id; `*` for all scorings."""
    return f"{SCORINGS}/{scoring}"


def drift_prefix(end: datetime, identity: str) -> str:
    """The prefix of a drift report in the artefact bucket: sorted by the end of the period (UTC),
    `identity` is the id of its execution."""
    return f"{DRIFT}/{end.astimezone(UTC):%Y%m%dT%H%M%SZ}-{identity}"


def capture_prefix(endpoint: str, variant: str) -> str:
    """Where SageMaker puts the captured requests of a variant, below which they are by the hour:
    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html"""
    return f"{CAPTURE}/{endpoint}/{variant}"


def hour_key(prefix: str, moment: datetime) -> str:
    """prefix/yyyy/mm/dd/hh of a moment, in UTC."""
    return f"{prefix}/{moment.astimezone(UTC):%Y/%m/%d/%H}"


def feedback_key(day: datetime, digest: str) -> str:
    """The key of uploaded ratings, by the day (UTC) and a hash of their content."""
    return f"{FEEDBACK}/{day.astimezone(UTC):%Y/%m/%d}/{digest}.jsonl"
