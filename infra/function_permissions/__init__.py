"""The permissions of the functions: the calls that the code of each makes, as statements for its
role.

A module has the functions of a subject, each under the name of its folder in lambdas/: `prepare` is
in prepare.py, `smoke_test` in endpoint.py. resources.py has the ARNs, and shared.py the statements
that functions of several subjects have. Those of `cleanup` are in infra/cleanup.py.
"""
