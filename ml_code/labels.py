"""The three classes. A rating above 3 is positive, 3 is neutral, below 3 is negative."""

LABELS = ("negative", "neutral", "positive")  # position = label_id, the class index of the model
SENTIMENTS = (-1, 0, 1)  # position = label_id
STARS = (1, 2, 3, 4, 5)
LABEL_OF_STAR = (0, 0, 1, 2, 2)  # position = star - 1


def star_of_rating(rating: float) -> int:
    """The nearest whole star on the same side of 3, for a rating from 1 to 5."""
    if rating > 3:
        return max(4, round(rating))
    return min(2, round(rating)) if rating < 3 else 3
