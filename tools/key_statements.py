"""The statements that the policy of an existing key needs, for docs/organisation.md."""

import json

from infra import key_policy
from infra.settings import settings_for


def render() -> str:
    """With an example account, for the environment `dev`."""
    (settings,) = settings_for("dev")
    statements = key_policy.statements(settings.name, "123456789012", settings.region)
    document = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
    return f"```json\n{document}\n```"
