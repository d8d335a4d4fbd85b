"""The model registry: groups of versions of a model, with their approval, metrics and lineage.

Importing it registers its operations.
"""

from localcloud.registry import group, package, template

__all__ = ["group", "package", "template"]
