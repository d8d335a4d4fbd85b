"""Hyperparameter tuning jobs: training jobs that search for the best values.

A trial is one training job of a tuning job (`trials`). `strategies` choose its values from
`ranges`, `stopping` ends it early, `completion` ends the tuning job, and `tuner` runs all of them.
"""
