"""Experiments: their trials, the components of trials, and the metrics that are logged to those.

Each processing, training and transform job has a component of its own, as on AWS.
"""
