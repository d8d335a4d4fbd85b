"""Estimated costs of environments and runs on AWS."""
