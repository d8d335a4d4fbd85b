"""The lab of training and deployment: hook, profiler, rules, metrics, endpoint, JSON Lines."""

from pathlib import Path

from sagemaker.debugger import (
    DebuggerHookConfig,
    FrameworkProfile,
    ProfilerConfig,
    ProfilerRule,
    rule_configs,
)
from sagemaker.deserializers import JSONLinesDeserializer
from sagemaker.inputs import TrainingInput
from sagemaker.predictor import Predictor
from sagemaker.pytorch import PyTorch
from sagemaker.pytorch.model import PyTorchModel
from sagemaker.serializers import JSONLinesSerializer

REVIEWS = [
    {"features": ["I love this product!"]},
    {"features": ["OK, but not great."]},
    {"features": ["This is not the right product."]},
]
HYPERPARAMETERS = {
    "max_seq_length": 32,
    "freeze_bert_layer": False,
    "epochs": 2,
    "learning_rate": 1e-3,
    "train_batch_size": 8,
    "train_steps_per_epoch": 50,
    "validation_batch_size": 8,
    "validation_steps_per_epoch": 50,
    "seed": 42,
    "run_validation": True,
}


class SentimentPredictor(Predictor):
    """JSON Lines in both directions."""

    def __init__(self, endpoint_name, sagemaker_session):
        super().__init__(
            endpoint_name,
            sagemaker_session=sagemaker_session,
            serializer=JSONLinesSerializer(),
            deserializer=JSONLinesDeserializer(),
        )


def run(lab, found):
    estimator = make_estimator(lab)
    channels = {
        split: TrainingInput(s3_data=found["outputs"][split]) for split in ("train", "validation")
    }
    estimator.fit(inputs=channels, wait=False)
    job = estimator.latest_training_job
    begun = job.describe()["TrainingJobStatus"]
    job.wait(logs=False)
    metrics = estimator.training_job_analytics.dataframe()
    report = f"s3://{lab.bucket}/{job.name}/rule-output/ProfilerReport/profiler-output"
    lab.aws("s3", "ls", f"{report}/")
    lab.aws("s3", "cp", "--recursive", report, lab.source / "profiler_report")
    predictions = deploy(lab, estimator, job.name)
    return {
        "training_job": job.name,
        "begun": begun,
        "profiled": sorted(job.describe()["ProfilerConfig"]["ProfilingParameters"]),
        "metrics": metrics.groupby("metric_name")["value"].last().to_dict(),
        "report": sorted(path.name for path in Path(lab.source, "profiler_report").iterdir()),
        "model_data": estimator.model_data,
        "predictions": predictions,
    }


def make_estimator(lab):
    return PyTorch(
        entry_point="train.py",
        source_dir=str(lab.source),
        role=lab.role,
        instance_count=1,
        instance_type="ml.c5.9xlarge",
        volume_size=256,
        # The course has 1.6.0, which is refused together with framework_profile_params.
        py_version="py312",
        framework_version="2.8",
        hyperparameters=HYPERPARAMETERS,
        metric_definitions=[
            {"Name": "validation:loss", "Regex": "val_loss: ([0-9.]+)"},
            {"Name": "validation:accuracy", "Regex": "val_acc: ([0-9.]+)"},
        ],
        input_mode="File",
        debugger_hook_config=DebuggerHookConfig(s3_output_path=f"s3://{lab.bucket}"),
        profiler_config=ProfilerConfig(
            system_monitor_interval_millis=500,
            framework_profile_params=FrameworkProfile(
                local_path="/opt/ml/output/profiler/", start_step=5, num_steps=10
            ),
        ),
        rules=[ProfilerRule.sagemaker(rule_configs.ProfilerReport())],
    )


def deploy(lab, estimator, job):
    name = f"{job}-pt-{lab.stamp}"
    model = PyTorchModel(
        name=name,
        model_data=estimator.model_data,
        predictor_cls=SentimentPredictor,
        entry_point="inference.py",
        source_dir=str(lab.source),
        framework_version="1.6.0",
        py_version="py3",
        role=lab.role,
    )
    model.deploy(initial_instance_count=1, instance_type="ml.m5.large", endpoint_name=name)
    predictor = SentimentPredictor(endpoint_name=name, sagemaker_session=lab.session)
    return predictor.predict(REVIEWS)
