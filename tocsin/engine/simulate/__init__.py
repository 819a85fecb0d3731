"""
Simulation: many incidents on a virtual clock through this engine, response times drawn, everything else as it is. Pure.

The engine decides; `world` plays the people. What is drawn belongs to a duty (its clock, link or decision) of a run, not to the order in which
things happen, so two simulations with the same seed differ only by what depends on what was changed between them.
"""

from tocsin.engine.simulate.chance import Times
from tocsin.engine.simulate.changes import Change, changed
from tocsin.engine.simulate.given import Answer, Given, cast_of
from tocsin.engine.simulate.results import Result, Row, Waiting, Working, summary
from tocsin.engine.simulate.tally import Tally
from tocsin.engine.simulate.world import run

__all__ = [
    "Answer",
    "Change",
    "Given",
    "Result",
    "Row",
    "Tally",
    "Times",
    "Waiting",
    "Working",
    "cast_of",
    "changed",
    "run",
    "summary",
]
