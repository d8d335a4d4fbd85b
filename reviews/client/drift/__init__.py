"""Drift: the reports of an environment, and the ratings that arrive after the predictions."""
