"""Search: of feature groups and features, training jobs, experiments and the model registry.

`search` chooses the records of a resource, `expression` says which of them meet a condition.
"""
