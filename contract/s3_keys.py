"""The keys of objects in the artefact bucket of an environment."""

# At the top of the bucket:
RUNS = "runs"
CODE = "code"
CAPTURE = "capture"  # requests and responses of the endpoint
FEATURE_STORE = "feature-store"  # the offline store
ATHENA = "athena"  # results of queries
SCORINGS = "scoring"  # what is scored in batch, and the answers
STOPPED_ENDPOINT = "endpoint/stopped.json"  # the record for `reviews endpoint start`

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
# Below the prefix of a training job, by SageMaker:
# https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html
MODEL_ARCHIVE = "output/model.tar.gz"
OUTPUT_ARCHIVE = "output/output.tar.gz"
RULE_OUTPUT = "rule-output"  # of the rules of Debugger and of the profiler
# In the output archive, by ml_code/training:
PROFILE = "profiler_report"
PROFILE_PAGE_FILE = "profiler_report.html"

# Below the features: one document of each host of the processing job.
PREPARATION_REPORTS = "report/preparation-"

# Below the prefix of a scoring:
SCORING = "scoring.json"  # the file that is scored, as its client read it
SCORING_INPUT = "input"  # parts in JSON Lines
SCORING_OUTPUT = "output"  # the answers to each part, NAME.out

# Below the prefix of the code:
SOURCE = "source"  # single files, for processing jobs
SOURCE_ARCHIVE = "sourcedir.tar.gz"  # the same in one, for training jobs


def run_prefix(run: str) -> str:
    """The prefix of a run in the artefact bucket, by its id; `*` for all runs."""
    return f"{RUNS}/{run}"


def scoring_prefix(scoring: str) -> str:
    """The prefix of a scoring in the artefact bucket, by its id; `*` for all scorings."""
    return f"{SCORINGS}/{scoring}"
