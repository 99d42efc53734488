"""Dissemination strategies: who gets what, when and how much, within capacity and budget."""

from imr_sim.strategies.campaign import LIMIT_KINDS, Campaign
from imr_sim.strategies.component import RULES, Capacity, Component, When, Who
from imr_sim.strategies.composed import ComposedStrategy
from imr_sim.strategies.facts import SiteFacts
from imr_sim.strategies.identity import identity
from imr_sim.strategies.levers import LEVER_INDEX, LEVER_TABLE, LEVERS, Lever
from imr_sim.strategies.library import (
    DEFAULT_STRATEGIES,
    load_strategy,
    strategy_from,
    strategy_names,
)
from imr_sim.strategies.strategy import Delivered, Strategy, Wish
from imr_sim.strategies.view import NEVER, NOT_PROVIDING, PREPARING, PROVIDING, PlannerView

__all__ = [
    "DEFAULT_STRATEGIES",
    "LEVERS",
    "LEVER_INDEX",
    "LEVER_TABLE",
    "LIMIT_KINDS",
    "NEVER",
    "NOT_PROVIDING",
    "PREPARING",
    "PROVIDING",
    "RULES",
    "Campaign",
    "Capacity",
    "Component",
    "ComposedStrategy",
    "Delivered",
    "Lever",
    "PlannerView",
    "SiteFacts",
    "Strategy",
    "When",
    "Who",
    "Wish",
    "identity",
    "load_strategy",
    "strategy_from",
    "strategy_names",
]
