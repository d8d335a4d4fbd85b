"""The three classes. A rating above 3 is positive, 3 is neutral, below 3 is negative."""

LABELS = ("negative", "neutral", "positive")  # position = label_id, the class index of the model
SENTIMENTS = (-1, 0, 1)  # position = label_id


def label_of_rating(rating: float) -> int:
    """The label_id of a rating from 1 to 5."""
    return 1 + (rating > 3) - (rating < 3)
