"""The limit of the ratings of classes, in the settings and in --labels of the scripts."""

# From the lowest to the highest: ml_code/preparing/ keeps the position of a rating in an int8.
MOST_NUMBERS = 127
