"""The statements that the policy of an existing key needs, for docs/organisation.md."""

import json
from dataclasses import replace

from infra import key_policy
from infra.settings import settings_for


def render() -> str:
    """The statements for an example account and the environment `dev` with a budget."""
    (dev,) = settings_for("dev")
    settings = replace(dev, notify=("you@example.com",))
    statements = key_policy.statements(settings, "123456789012")
    document = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
    return f"```json\n{document}\n```"
