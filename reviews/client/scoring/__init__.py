"""Scoring a file in batch: by a transform job, without an endpoint."""
