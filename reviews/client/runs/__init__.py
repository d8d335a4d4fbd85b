"""Runs: executions of the state machine, their input, steps, jobs, logs and results."""
