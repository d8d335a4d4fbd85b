"""The model registry: groups of versions of a model, with their approval, metrics and lineage."""
