"""The SageMaker jobs, defined once with the SageMaker SDK and compiled offline to requests.

The strings in braces are filled in at run time by the Lambdas; see lambdas/. No function here
calls AWS: the session has made-up credentials and a PipelineSession only records requests.
"""

import json
import os
from dataclasses import asdict, dataclass
from typing import Any, cast

# Set before the import, which reads them: synth sends no telemetry and prints no banner.
os.environ.setdefault("SAGEMAKER_SUPPRESS_V2_WARNING", "1")

import boto3
from sagemaker import image_uris
from sagemaker.debugger import DebuggerHookConfig, ProfilerConfig, ProfilerRule, rule_configs
from sagemaker.inputs import TrainingInput
from sagemaker.network import NetworkConfig
from sagemaker.processing import ProcessingInput, ProcessingOutput, ScriptProcessor
from sagemaker.pytorch import PyTorch, PyTorchModel
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.utilities import execute_job_functions

from infra.settings import Settings

METRICS = (
    "train:loss",
    "train:progress",
    "train:samples_per_second",
    "validation:loss",
    "validation:accuracy",
    "validation:macro_f1",
)
_INPUT = "/opt/ml/processing/input"
_OUTPUT = "/opt/ml/processing/output"
# A slash keeps the SDK from asking IAM what the role is called.
_ROLE = "arn:aws:iam::000000000000:role/placeholder"

# Without it every fit() sends a request over the network.
_NO_TELEMETRY = {
    "SchemaVersion": "1.0",
    "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
}

Request = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """The definitions of one environment, in a region, on a session."""

    settings: Settings
    session: Any
    key_id: str | None = None

    def processing(self) -> Request:
        """CreateProcessingJob of the preparation, without a job name."""
        fleet = self.settings.processing
        processor = SKLearnProcessor(
            framework_version="1.4-2",
            role=_ROLE,
            command=["python3"],
            instance_type=fleet.instance_type,
            instance_count=fleet.instance_count,
            volume_size_in_gb=fleet.volume_gb,
            max_runtime_in_seconds=fleet.max_runtime_s,
            sagemaker_session=self.session,
            network_config=NetworkConfig(encrypt_inter_container_traffic=fleet.instance_count > 1),
        )
        step = processor.run(
            code="s3://code/source/preprocess.py",
            inputs=[_processing_input("reviews", "s3://reviews")],
            outputs=[
                _output(name, f"features/{name}", f"{_OUTPUT}/{name}")
                for name in ("train", "validation", "test", "report")
            ],
            arguments=[
                *_flags(
                    {
                        "base-model": "{base_model}",
                        "text-column": "{text_column}",
                        "rating-column": "{rating_column}",
                        "max-length": "{max_length}",
                        "seed": "{seed}",
                        "feature-group-name": self.settings.name,
                        "event-time": "{event_time}",
                    }
                ),
                # One token: an empty title must not read as a missing value.
                "--title-column={title_column}",
            ],
            wait=False,
            logs=False,
        )
        return self._compiled(step)

    def evaluation(self) -> Request:
        """CreateProcessingJob of the evaluation; `{model_data}` is the trained artefact."""
        fleet = self.settings.evaluation
        processor = ScriptProcessor(
            role=_ROLE,
            image_uri=image_uris.retrieve(
                "pytorch",
                self.session.boto_region_name,
                version="2.8",
                py_version="py312",
                image_scope="training",
                instance_type=fleet.instance_type,
            ),
            command=["python3"],
            instance_type=fleet.instance_type,
            instance_count=1,
            volume_size_in_gb=fleet.volume_gb,
            max_runtime_in_seconds=fleet.max_runtime_s,
            sagemaker_session=self.session,
        )
        step = processor.run(
            code="s3://code/source/evaluate.py",
            inputs=[
                _processing_input("model", "s3://model-data"),
                _processing_input("test", "s3://run-prefix/features/test"),
            ],
            outputs=[_output("evaluation", "evaluation", f"{_OUTPUT}/evaluation")],
            wait=False,
            logs=False,
        )
        return self._compiled(step)

    def training(self) -> Request:
        """CreateTrainingJob, without a job name."""
        fleet, local = self.settings.training, self.settings.debugger
        estimator = PyTorch(
            entry_point="train.py",
            source_dir="s3://code/sourcedir.tar.gz",
            framework_version="2.8",
            py_version="py312",
            role=_ROLE,
            instance_type=fleet.instance_type,
            instance_count=fleet.instance_count,
            volume_size=fleet.volume_gb,
            max_run=fleet.max_runtime_s,
            output_path="s3://run-prefix/training",
            checkpoint_s3_uri="s3://run-prefix/checkpoints",
            hyperparameters={
                "base-model": "{base_model}",
                **{name.replace("_", "-"): f"{{{name}}}" for name in asdict(self.settings.recipe)},
            },
            metric_definitions=[
                {"Name": name, "Regex": f"{name}=([0-9.eE+-]+)"} for name in METRICS
            ],
            encrypt_inter_container_traffic=fleet.instance_count > 1,
            sagemaker_session=self.session,
            **(_debugger() if local else {"debugger_hook_config": False, "disable_profiler": True}),
        )
        step = estimator.fit(
            {
                name: TrainingInput(f"s3://run-prefix/features/{name}")
                for name in ("train", "validation")
            },
            wait=False,
        )
        return self._compiled(step)

    def model(self) -> Request:
        """The container of CreateModel; the artefact holds its code, so nothing is repacked."""
        model = PyTorchModel(
            model_data="{model_data}",
            role=_ROLE,
            framework_version="2.6",
            py_version="py312",
            sagemaker_session=self.session,
            image_uri=image_uris.retrieve(
                "pytorch",
                self.session.boto_region_name,
                version="2.6",
                py_version="py312",
                image_scope="inference",
                instance_type=self.settings.endpoint.instance_type,
            ),
        )
        return {
            "PrimaryContainer": {
                "Image": model.image_uri,
                "ModelDataUrl": model.model_data,
                "Environment": {
                    "SAGEMAKER_PROGRAM": "inference.py",
                    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
                    "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
                    "SAGEMAKER_REGION": self.session.boto_region_name,
                },
            },
            "ExecutionRoleArn": "{role}",
        }

    def endpoint_config(self) -> Request:
        """CreateEndpointConfig; `{model}` is the name of the model."""
        fleet = self.settings.endpoint
        request: Request = {
            "ProductionVariants": [
                {
                    "VariantName": "AllTraffic",
                    "ModelName": "{model}",
                    "InstanceType": fleet.instance_type,
                    "InitialInstanceCount": fleet.instance_count,
                    "InitialVariantWeight": 1.0,
                }
            ]
        }
        return request | ({"KmsKeyId": self.key_id} if self.key_id else {})

    def _compiled(self, step: Any) -> Request:
        execute_job_functions(step)
        return _request(self.session.context.args)


def offline_session(region: str) -> Any:
    """A session that records requests instead of sending them."""
    credentials = boto3.Session(
        aws_access_key_id="offline",
        aws_secret_access_key="offline",  # noqa: S106 - nothing is ever signed with it
        region_name=region,
    )
    return PipelineSession(
        boto_session=credentials, default_bucket="offline", sagemaker_config=_NO_TELEMETRY
    )


def _processing_input(name: str, source: str) -> ProcessingInput:
    return ProcessingInput(source=source, destination=f"{_INPUT}/{name}", input_name=name)


def _output(name: str, folder: str, source: str) -> ProcessingOutput:
    return ProcessingOutput(
        source=source, destination=f"s3://run-prefix/{folder}", output_name=name
    )


def _flags(values: dict[str, str]) -> list[str]:
    return [part for name, value in values.items() for part in (f"--{name}", value)]


def _debugger() -> dict[str, Any]:
    return {
        "debugger_hook_config": DebuggerHookConfig(s3_output_path="s3://run-prefix/debugger"),
        "profiler_config": ProfilerConfig(
            s3_output_path="s3://run-prefix/profiler", system_monitor_interval_millis=500
        ),
        "rules": [ProfilerRule.sagemaker(rule_configs.ProfilerReport())],
    }


# The SDK takes only real s3:// addresses, so the placeholders stand in after compiling. A script
# is one file to the SDK; here the whole source folder must lie beside it.
_STAND_INS = {
    "s3://code/source/preprocess.py": "{code}/source",
    "s3://code/source/evaluate.py": "{code}/source",
    "s3://code": "{code}",
    "s3://reviews": "{reviews}",
    "s3://model-data": "{model_data}",
    "s3://run-prefix": "{run_prefix}",
    _ROLE: "{role}",
}


def _request(compiled: Any) -> Request:
    text = json.dumps(compiled)
    for stand_in, placeholder in _STAND_INS.items():
        text = text.replace(stand_in, placeholder)
    request = cast(Request, json.loads(text))
    for name in ("ProcessingJobName", "TrainingJobName"):
        request.pop(name, None)
    # The SDK puts its own name, made from the clock, among the hyperparameters as well.
    request.get("HyperParameters", {}).pop("sagemaker_job_name", None)
    return request
