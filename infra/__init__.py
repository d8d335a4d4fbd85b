"""The CDK app's stacks. Importing it silences notices of the SageMaker SDK and botocore."""

import logging
import os

# Otherwise the SDK prints an advertisement of its version 3.
os.environ.setdefault("SAGEMAKER_SUPPRESS_V2_WARNING", "1")
# At every synth they would log where they found credentials, and that there is no configuration.
for _logger in ("botocore", "sagemaker", "sagemaker.config"):
    logging.getLogger(_logger).setLevel(logging.WARNING)
