"""A run as Prepare makes it, the tags of its resources, and its scores."""

TAGS = [
    {"Key": "reviews:environment", "Value": "reviews-dev"},
    {"Key": "reviews:run", "Value": "run-1"},
    {"Key": "reviews:execution", "Value": "arn:execution:run-1"},
]

SCORES = {"accuracy": 0.7, "macro_f1": 0.69}


def run(**changes: object) -> dict[str, object]:
    """A run as Prepare makes it."""
    return {
        "id": "run-1",
        "execution": "arn:execution:run-1",
        "environment": "dev",
        "environment_name": "reviews-dev",
        "started": "2026-01-31T12:00:00Z",
        "event_time": "2026-01-31T12:00:00.000Z",
        "start_at": "processing",
        "prefix": "s3://artefacts/runs/run-1",
        "code": "s3://artefacts/code/abc",
        "reviews": "s3://data/reviews.csv",
        "features": "s3://artefacts/runs/run-1/features",
        "model_data": "",
        "base_model": "roberta-base",
        "columns": {"text": "Review Text", "rating": "Rating", "title": ""},
        "max_rejected_share": 0.1,
        "labels": "bad=1..3/good=4,5",
        "training": {"epochs": 3},
        **changes,
    }
