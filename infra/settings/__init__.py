"""The settings, which differ between the environments.

environments.py has the values; each other module has the settings of one subject.
"""

from infra.settings.budget import Budget
from infra.settings.capacity import Capacity
from infra.settings.drift import Drift
from infra.settings.endpoint import Endpoint
from infra.settings.environment import ENVIRONMENTS, Settings
from infra.settings.environments import settings_for
from infra.settings.gate import Gate
from infra.settings.github import GitHub
from infra.settings.instances import Instances
from infra.settings.labels import Label, Labels
from infra.settings.network import Network
from infra.settings.organisation import Organisation
from infra.settings.promotion import Peer, Promotion
from infra.settings.recipe import Recipe
from infra.settings.reviews import Columns, Shares
from infra.settings.scoring import Scoring
from infra.settings.waiting import Waiting

__all__ = [
    "ENVIRONMENTS",
    "Budget",
    "Capacity",
    "Columns",
    "Drift",
    "Endpoint",
    "Gate",
    "GitHub",
    "Instances",
    "Label",
    "Labels",
    "Network",
    "Organisation",
    "Peer",
    "Promotion",
    "Recipe",
    "Scoring",
    "Settings",
    "Shares",
    "Waiting",
    "settings_for",
]
