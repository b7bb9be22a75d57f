"""Mastodon: statuses, accounts, contexts and edit histories over its client interface."""

from ..contract import Connector
from .client import MastodonConnector

connector: Connector = MastodonConnector()
