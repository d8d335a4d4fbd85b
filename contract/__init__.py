"""The facts that the deployment, its functions, its jobs and their client have to agree on.

Standard library only, Python 3.10 or newer: a copy of this package is in every function and beside
the scripts of every job (infra/bundles.py).
"""
