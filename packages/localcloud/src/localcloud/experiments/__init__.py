"""Experiments: their trials, the components of trials, and the metrics that are logged to those.

No job makes a component of its own, as jobs do on AWS.
"""
