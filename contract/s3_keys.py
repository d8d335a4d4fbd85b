"""Where objects are in the buckets of an environment."""

# In the artefact bucket. The keys of the data bucket are those of its users.
RUNS = "runs"
CODE = "code"
CAPTURE = "capture"  # requests and answers of the endpoint
FEATURE_STORE = "feature-store"  # the offline store
ATHENA = "athena"  # results of queries
STOPPED_ENDPOINT = "endpoint/stopped.json"  # what `reviews endpoint start` needs to know

# Below the prefix of a run:
RUN = "run.json"  # as Prepare made it
FAILURE = "failure.json"  # the step that failed last, and why
APPROVAL = "approval.json"  # the token with which a person answers
FEATURES = "features"
TRAINING = "training"
CHECKPOINTS = "checkpoints"
DEBUGGER = "debugger"
EVALUATION = "evaluation"
EVALUATION_METRICS = f"{EVALUATION}/evaluation.json"
EVALUATION_PAGE = f"{EVALUATION}/evaluation.html"
# Below the features: one document of each host of the processing job.
PREPARATION_REPORTS = "report/preparation-"

# Below the prefix of the code:
SOURCE = "source"  # single files, for processing jobs
SOURCE_ARCHIVE = "sourcedir.tar.gz"  # the same in one, for training jobs


def run_prefix(run: str) -> str:
    """The prefix of a run in the artefact bucket, by its id; `*` for all runs."""
    return f"{RUNS}/{run}"
