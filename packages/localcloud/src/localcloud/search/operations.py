"""The operation Search."""

from localcloud.core.cloud import Operations
from localcloud.core.operations import of
from localcloud.search import search

OPERATIONS: Operations = of("sagemaker", {"Search": search.search})
