"""What runs in SageMaker's scikit-learn image: a classifier of irises, and how it is loaded."""

import os
from pathlib import Path

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression


def model_fn(model_dir):
    return joblib.load(Path(model_dir, "model.joblib"))


if __name__ == "__main__":
    measures, species = load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=1000).fit(measures, species)
    print(f"accuracy={model.score(measures, species):.3f}")
    joblib.dump(model, Path(os.environ["SM_MODEL_DIR"], "model.joblib"))
