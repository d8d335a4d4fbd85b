"""The definitions that the CDK app, its functions, its jobs and their client share.

Standard library only, Python 3.10 or newer: a copy of this package is in every function and beside
the scripts of every job (infra/bundles.py).
"""
