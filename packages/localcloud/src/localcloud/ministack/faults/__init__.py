"""Faults of ministack's services and our own. While no fault is set, only a flag is checked.

Hit are requests, the calls of state machines, what templates create, and invocations of functions.
Not hit are calls that AWS makes for itself, and tasks on state machines' own integrations other
than Lambda's and SageMaker's.
"""
