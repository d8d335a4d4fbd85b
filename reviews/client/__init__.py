"""The library that the command line, the console and the notebook use; nothing in it prints.

`environment.Environment` is its facade. A folder has one subject: aws (connection and stacks),
checks, cost, drift, endpoint, features, files (of the user), promotion, runs and scoring.
"""
