"""The transform job that scores a file in batch, and the model that it has."""

from typing import Any

from sagemaker.transformer import Transformer

from contract.scoring import MAX_PAYLOAD_MB
from infra.jobs.options import tags, volume_key
from infra.jobs.serving import model
from infra.jobs.values import Values
from infra.settings import Settings

JSON_LINES = "application/jsonlines"
# For one request. A record holds what takes seconds, so that a server that takes ten minutes hangs.
_REQUEST_SECONDS = 600
_RETRIES = 3  # the most that SageMaker allows
# The server of the scikit-learn image ends a worker, and nginx a request, after a minute otherwise
# (sagemaker-containers 2.8.6.post2, _server.py: gunicorn, NGINX_PROXY_READ_TIMEOUT). The adapter
# of the Ray image gives up after five (deep-learning-containers: sagemaker_serve.py).
_SERVER = dict.fromkeys(
    ("SAGEMAKER_MODEL_SERVER_TIMEOUT", "RAYSERVE_BACKEND_TIMEOUT"), str(_REQUEST_SECONDS)
)


def scoring_model(settings: Settings, session: Any, values: Values, *, name: str) -> Any:
    """The model as the endpoint has it, but with more time for a request: nobody waits for its
    answer, and whatever a record holds must be answered (ml_code/serving/token_limit.py)."""
    made = model(settings, session, values, name=name, max_latency_ms=2 * 1000 * _REQUEST_SECONDS)
    made.env = {**made.env, **_SERVER}
    return made


def transformer(settings: Settings, session: Any, values: Values, *, name: str) -> Any:
    """Scores the parts of a file; `transform` says how to run it."""
    scoring = settings.scoring
    return Transformer(
        model_name=name,
        instance_count=scoring.instance_count,
        instance_type=scoring.instance_type,
        # A record is a request: it holds as many texts as a request should have.
        strategy="SingleRecord",
        assemble_with="Line",
        accept=JSON_LINES,
        max_concurrent_transforms=scoring.concurrent_requests,
        max_payload=MAX_PAYLOAD_MB,
        output_path=values.scoring_output,
        output_kms_key=values.key,
        volume_kms_key=volume_key(scoring, values),
        tags=tags(settings),
        sagemaker_session=session,
    )


def transform(values: Values) -> dict[str, Any]:
    """The arguments of `transformer(...).transform(...)`."""
    return {
        "data": values.scoring_input,
        "content_type": JSON_LINES,
        "split_type": "Line",
        "model_client_config": {
            "InvocationsTimeoutInSeconds": _REQUEST_SECONDS,
            "InvocationsMaxRetries": _RETRIES,
        },
    }
