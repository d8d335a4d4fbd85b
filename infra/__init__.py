"""The CDK app's stacks. Importing it makes the SageMaker SDK quiet, before that is imported."""

import logging
import os

# Otherwise it advertises its next version.
os.environ.setdefault("SAGEMAKER_SUPPRESS_V2_WARNING", "1")
# On every synth they would say where they found credentials, and that there is no configuration.
for _talkative in ("botocore", "sagemaker", "sagemaker.config"):
    logging.getLogger(_talkative).setLevel(logging.WARNING)
