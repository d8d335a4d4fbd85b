"""Faults on demand: errors, delays and interruptions of AWS, for calls that a user chooses.

`fault` has the kinds of faults, `registry` decides which calls are hit, `calls` finds the operation
of a request, `responses` has the error responses, and `capacity` is asked before a job or an
endpoint starts. `localcloud.ministack.faults` applies them to the services.
"""
