"""Faults around ministack's services and our own: nothing but one look at a flag while none is set.

Hit are requests, the calls of state machines, what templates create, and invocations of functions.
Not hit are calls that AWS makes for itself, and tasks on state machines' own integrations other
than Lambda's and SageMaker's.
"""
