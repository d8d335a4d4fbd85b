"""A run of an experiment by the SageMaker SDK: reported, loaded, listed, looked at, removed.

Usage: python sdk_experiments.py ROLE_ARN BUCKET; prints one JSON object as its last line.
"""

import json
import sys

import sagemaker
from sagemaker.analytics import ExperimentAnalytics
from sagemaker.experiments import Experiment, Run, list_runs, load_run

NAME, RUN = "sdk-experiment", "first"


def main(_role, bucket):
    session = sagemaker.Session(default_bucket=bucket)
    names = {"experiment_name": NAME, "run_name": RUN}
    with Run(**names, sagemaker_session=session) as run:
        run.log_parameter("rate", 0.1)
        for step in range(3):
            run.log_metric("loss", 1 / (step + 1), step=step)
    with load_run(**names, sagemaker_session=session) as run:
        run.log_parameter("epochs", 2)
    frame = ExperimentAnalytics(experiment_name=NAME, sagemaker_session=session).dataframe()
    result = {
        "runs": [run.run_name for run in list_runs(NAME, sagemaker_session=session)],
        "parameters": frame[["rate", "epochs"]].to_dict("records"),
        "metrics": session.sagemaker_client.describe_trial_component(
            TrialComponentName=f"{NAME}-{RUN}"
        )["Metrics"][0]["Count"],
    }
    Experiment.load(NAME, sagemaker_session=session)._delete_all(action="--force")
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
