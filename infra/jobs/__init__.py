"""The jobs of the pipeline, built with the SageMaker SDK: one definition, two uses.

With the offline session (a `PipelineSession`) the SDK compiles a job to the request that it would
send, without a call to AWS: infra/requests.py does that at synth. With the live session it runs the
job.

Values that only a deployment or an execution has are in `Values`. By default they are placeholders
such as `{name}`: infra/requests.py fills `role`, `key` and `feature_group` at synth, the Lambda
function that starts the job fills the others.
"""

from infra.jobs.drift_job import comparer, comparison
from infra.jobs.evaluation_job import evaluation, evaluator
from infra.jobs.options import tags
from infra.jobs.preparation_job import preparation, processor
from infra.jobs.scoring_job import scoring_model, transform, transformer
from infra.jobs.serving import data_capture, model, registration, variant
from infra.jobs.sessions import live_session, offline_session
from infra.jobs.training_job import channels, estimator
from infra.jobs.values import Values

__all__ = [
    "Values",
    "channels",
    "comparer",
    "comparison",
    "data_capture",
    "estimator",
    "evaluation",
    "evaluator",
    "live_session",
    "model",
    "offline_session",
    "preparation",
    "processor",
    "registration",
    "scoring_model",
    "tags",
    "transform",
    "transformer",
    "variant",
]
