"""The training job, with its metrics and its profiler."""

from typing import Any

from sagemaker.debugger import DebuggerHookConfig, ProfilerConfig, ProfilerRule, rule_configs
from sagemaker.inputs import TrainingInput
from sagemaker.pytorch import PyTorch

from contract import s3_keys
from contract.hyperparameters import OVERRIDABLE
from contract.metrics import PRINTED
from infra.jobs.options import WHEELS, packages, subnets, tags, volume_key
from infra.jobs.values import Values, hyperparameters
from infra.settings import Settings

_CHANNELS = "/opt/ml/input/data"
_CHECKPOINTS = "/opt/ml/checkpoints"


def estimator(settings: Settings, session: Any, values: Values) -> Any:
    """The estimator that fine-tunes the base model; `channels` has the inputs of its `fit`."""
    instances = settings.training_instances
    return PyTorch(
        entry_point="train.py",
        source_dir=f"{values.code}/{s3_keys.SOURCE_ARCHIVE}",
        image_uri=settings.image_of_training().uri,
        role=values.role,
        sagemaker_session=session,
        instance_type=instances.instance_type,
        instance_count=instances.instance_count,
        volume_size=instances.volume_gb,
        volume_kms_key=volume_key(instances, values),
        max_run=instances.max_runtime_s,
        **_spot(settings),
        hyperparameters={
            "base-model": values.base_model,
            "labels": settings.labels.argument,
            **hyperparameters(OVERRIDABLE, values),
            "checkpoint-dir": _CHECKPOINTS,
            "serving-python": settings.image_of_serving().python,
        },
        enable_sagemaker_metrics=True,  # the SDK sets it for framework versions that it knows
        metric_definitions=[{"Name": name, "Regex": f"{name}=([0-9.eE+-]+)"} for name in PRINTED],
        output_path=f"{values.run_prefix}/{s3_keys.TRAINING}/",
        code_location=f"{values.run_prefix}/{s3_keys.TRAINING}",
        output_kms_key=values.key,
        checkpoint_s3_uri=f"{values.run_prefix}/{s3_keys.CHECKPOINTS}/",
        encrypt_inter_container_traffic=instances.instance_count > 1,
        # torchrun is for GPUs; CPU hosts use SM_HOSTS (ml_code/training/process_group.py).
        distribution={"torch_distributed": {"enabled": True}} if instances.has_gpu else None,
        environment=packages(settings, f"{_CHANNELS}/{WHEELS}") or None,
        enable_network_isolation=settings.network.isolated,
        tags=tags(settings),
        **subnets(settings, values),
        **_debugging(settings, values),
    )


def channels(settings: Settings, values: Values) -> dict[str, Any]:
    """The inputs of `estimator(...).fit(...)`."""
    uris = {name: f"{values.features}/{name}" for name in ("train", "validation")}
    if settings.network.wheels:
        uris[WHEELS] = values.wheels
    return {name: TrainingInput(uri) for name, uri in uris.items()}


def _spot(settings: Settings) -> dict[str, Any]:
    """The longest wait is that of the whole job: for its instances, and its runtime."""
    if not settings.capacity.spot:
        return {}
    longest = settings.training_instances.max_runtime_s + settings.capacity.spot_wait_s
    return {"use_spot_instances": True, "max_wait": longest}


def _debugging(settings: Settings, values: Values) -> dict[str, Any]:
    if not settings.debugger:
        return {"debugger_hook_config": False, "disable_profiler": True}
    return {
        "debugger_hook_config": DebuggerHookConfig(
            s3_output_path=f"{values.run_prefix}/{s3_keys.DEBUGGER}/"
        ),
        "profiler_config": ProfilerConfig(
            s3_output_path=f"{values.run_prefix}/{s3_keys.PROFILER}/",
            system_monitor_interval_millis=1000,
        ),
        "rules": [ProfilerRule.sagemaker(rule_configs.ProfilerReport())],
    }
