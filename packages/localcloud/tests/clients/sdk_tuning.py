"""A search for hyperparameters by the SDK's tuner, and what the SDK tells of it afterwards.

Usage: python sdk_tuning.py ROLE_ARN BUCKET; prints one JSON object as its last line.
"""

import json
import sys
from pathlib import Path

import sagemaker
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.tuner import CategoricalParameter, ContinuousParameter, HyperparameterTuner

SOURCE = Path(__file__).parent / "sdk_source"


def main(role, bucket):
    session = sagemaker.Session(default_bucket=bucket)
    estimator = SKLearn(
        entry_point="tune.py",
        source_dir=str(SOURCE),
        framework_version="1.4-2",
        role=role,
        instance_type="ml.m5.large",
        sagemaker_session=session,
    )
    tuner = HyperparameterTuner(
        estimator,
        "loss",
        {
            "rate": ContinuousParameter(0.001, 1, scaling_type="Logarithmic"),
            "shape": CategoricalParameter(["round", "square"]),
        },
        metric_definitions=[{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
        strategy="Random",
        objective_type="Minimize",
        max_jobs=3,
        max_parallel_jobs=2,
        random_seed=1,
    )
    tuner.fit(wait=True)
    found = tuner.analytics().dataframe()
    best = found.sort_values("FinalObjectiveValue").iloc[0]
    attached = HyperparameterTuner.attach(tuner.latest_tuning_job.name, session)
    print(
        json.dumps(
            {
                "best": tuner.best_training_job(),
                "by value": best["TrainingJobName"],
                "losses": found["FinalObjectiveValue"].tolist(),
                "rates": found["rate"].tolist(),
                "shapes": found["shape"].tolist(),
                "attached": attached.best_training_job(),
                "instances": attached.estimator.instance_type,
                "hyperparameters": tuner.best_estimator().hyperparameters(),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
