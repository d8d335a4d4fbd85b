"""The jobs of the pipeline, built with the SageMaker SDK: one definition, two uses.

With the offline session (a `PipelineSession`) the SDK compiles a job to the request that it would
send, without a call to AWS: infra/requests.py does that at synth. With the live one it runs the job.

Values that are known only later are placeholders, `{name}`: `artefact_bucket`, `key`, `role` and
`feature_group` are filled at synth, the others at run time by the Lambda that starts the job.
"""

import logging
import os
from dataclasses import asdict
from typing import Any

from infra.settings import Fleet, Settings

# Read while the SDK is imported, so before it: it would advertise its next version.
os.environ.setdefault("SAGEMAKER_SUPPRESS_V2_WARNING", "1")
# It would say on every synth that it found no configuration file, and about telemetry that is off.
logging.getLogger("sagemaker").setLevel(logging.WARNING)
logging.getLogger("sagemaker.config").setLevel(logging.WARNING)

import boto3  # noqa: E402
from sagemaker import image_uris  # noqa: E402
from sagemaker.debugger import (  # noqa: E402
    DebuggerHookConfig,
    ProfilerConfig,
    ProfilerRule,
    rule_configs,
)
from sagemaker.processing import ScriptProcessor  # noqa: E402
from sagemaker.pytorch import PyTorch, PyTorchModel  # noqa: E402
from sagemaker.session import Session  # noqa: E402
from sagemaker.sklearn.processing import SKLearnProcessor  # noqa: E402
from sagemaker.workflow.pipeline_context import PipelineSession  # noqa: E402

SKLEARN_VERSION, TRAINING_VERSION, INFERENCE_VERSION = "1.4-2", "2.8", "2.6"
PYTHON = "py312"
METRICS = (
    "train:loss",
    "train:progress",
    "train:samples_per_second",
    "validation:loss",
    "validation:accuracy",
    "validation:macro_f1",
)
RUN = "s3://{artefact_bucket}/runs/{run_id}"
CODE = "s3://{code}"

_ROLE = "role/{role}"  # a slash keeps the SDK from asking IAM for the role's ARN
_KEY = "{key}"
_NO_TELEMETRY = {
    "SchemaVersion": "1.0",
    "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
}


def offline_session(region: str) -> Any:
    """A session that compiles and never calls AWS; its credentials are none."""
    boto_session = boto3.Session(
        region_name=region, aws_access_key_id="none", aws_secret_access_key="none"
    )
    return PipelineSession(
        boto_session, default_bucket="{artefact_bucket}", sagemaker_config=_NO_TELEMETRY
    )


def live_session(region: str) -> Any:
    """A session that runs the same jobs for real, from a notebook."""
    return Session(boto3.Session(region_name=region), sagemaker_config=_NO_TELEMETRY)



def processor(settings: Settings, session: Any) -> Any:
    return SKLearnProcessor(
        framework_version=SKLEARN_VERSION, **_processing_options(settings.processing, session)
    )


def evaluator(settings: Settings, session: Any) -> Any:
    """Evaluation runs in the image of the training, which has torch."""
    image = image_uris.retrieve(
        "pytorch",
        session.boto_region_name,
        version=TRAINING_VERSION,
        py_version=PYTHON,
        instance_type=settings.evaluation.instance_type,
        image_scope="training",
    )
    return ScriptProcessor(
        image_uri=image, command=["python3"], **_processing_options(settings.evaluation, session)
    )


def estimator(settings: Settings, session: Any) -> Any:
    fleet = settings.training
    return PyTorch(
        entry_point="train.py",
        source_dir=f"{CODE}/sourcedir.tar.gz",
        framework_version=TRAINING_VERSION,
        py_version=PYTHON,
        role=_ROLE,
        sagemaker_session=session,
        instance_type=fleet.instance_type,
        instance_count=fleet.instance_count,
        volume_size=fleet.volume_gb,
        volume_kms_key=_volume_key(fleet),
        max_run=fleet.max_runtime_s,
        hyperparameters=_hyperparameters(settings),
        metric_definitions=[
            {"Name": name, "Regex": f"{name}=([0-9.eE+-]+)"} for name in METRICS
        ],
        output_path=f"{RUN}/training/",
        code_location=f"{RUN}/training",
        output_kms_key=_KEY,
        checkpoint_s3_uri=f"{RUN}/checkpoints/",
        encrypt_inter_container_traffic=fleet.instance_count > 1,
        # torchrun is for GPUs; several CPU hosts find each other by SM_HOSTS (ml_code/train.py).
        distribution={"torch_distributed": {"enabled": True}} if fleet.has_gpu else None,
        **_debugging(settings),
    )


def model(settings: Settings, session: Any) -> Any:
    """No entry point: the artefact brings its code/, so the SDK need not repack it."""
    return PyTorchModel(
        name="{model}",
        model_data="s3://{model_data}",
        role=_ROLE,
        framework_version=INFERENCE_VERSION,
        py_version=PYTHON,
        sagemaker_session=session,
        code_location=RUN,
        env={
            "SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        },
    )


def _processing_options(fleet: Fleet, session: Any) -> dict[str, Any]:
    return {
        "role": _ROLE,
        "sagemaker_session": session,
        "instance_type": fleet.instance_type,
        "instance_count": fleet.instance_count,
        "volume_size_in_gb": fleet.volume_gb,
        "volume_kms_key": _volume_key(fleet),
        "output_kms_key": _KEY,
        "max_runtime_in_seconds": fleet.max_runtime_s,
        "env": {"AWS_DEFAULT_REGION": session.boto_region_name},
    }


def _volume_key(fleet: Fleet) -> str | None:
    return None if fleet.has_local_disk else _KEY


def _hyperparameters(settings: Settings) -> dict[str, Any]:
    recipe = {name.replace("_", "-"): value for name, value in asdict(settings.recipe).items()}
    return {"base-model": "{base_model}", **recipe}


def _debugging(settings: Settings) -> dict[str, Any]:
    if not settings.debugger:
        return {"debugger_hook_config": False, "disable_profiler": True}
    return {
        "debugger_hook_config": DebuggerHookConfig(s3_output_path=f"{RUN}/debugger/"),
        "profiler_config": ProfilerConfig(
            s3_output_path=f"{RUN}/profiler/", system_monitor_interval_millis=1000
        ),
        "rules": [ProfilerRule.sagemaker(rule_configs.ProfilerReport())],
    }
