"""The Program: a compiled plan as the engine runs it. `tocsin.plan.compile` makes it; it is immutable and knows no YAML."""

from tocsin.engine.program.duties import Decision, Field, Figure, HandsOver, Link, Message, Obligation, Option, Record
from tocsin.engine.program.effects import Door, Effect, Effects, Ladder, Moment, Rung, Situation
from tocsin.engine.program.levels import Adjustment, Classify, Fallback, FallbackStep, Level, LevelRule, Near
from tocsin.engine.program.people import Department, Group, HeldBy, Role
from tocsin.engine.program.rule import Cases, FromFact, Limit, Roles, Rule, Text
from tocsin.engine.program.values import Condition, Fact, Reading, Signal, Waiver, Watch
from tocsin.engine.program.whole import Defaults, Program

__all__ = [
    "Adjustment",
    "Cases",
    "Classify",
    "Condition",
    "Decision",
    "Defaults",
    "Department",
    "Door",
    "Effect",
    "Effects",
    "Fact",
    "Fallback",
    "FallbackStep",
    "Field",
    "Figure",
    "FromFact",
    "Group",
    "HandsOver",
    "HeldBy",
    "Ladder",
    "Level",
    "LevelRule",
    "Limit",
    "Link",
    "Message",
    "Moment",
    "Near",
    "Obligation",
    "Option",
    "Program",
    "Reading",
    "Record",
    "Role",
    "Roles",
    "Rule",
    "Rung",
    "Signal",
    "Situation",
    "Text",
    "Waiver",
    "Watch",
]
