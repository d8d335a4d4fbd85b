"""Hyperparameter tuning jobs: training jobs that search for the best values."""
