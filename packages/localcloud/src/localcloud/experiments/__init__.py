"""Experiments: their trials, the components of those, and the metrics that runs report.

Importing it registers its operations. Nothing makes a component for a job, as AWS does.
"""

from localcloud.experiments import component, experiment, metrics, trial

__all__ = ["component", "experiment", "metrics", "trial"]
