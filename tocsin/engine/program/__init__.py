"""The Program: a compiled plan as the engine runs it. `tocsin.plan.compile` makes it; it is immutable and knows no YAML."""

from tocsin.engine.program.document import Audience, Change, Document, Standard
from tocsin.engine.program.duties import Decision, Field, HandsOver, Link, Message, Obligation, Option, Search
from tocsin.engine.program.effects import Door, Effect, Effects, Ladder, Moment, Rung, Situation, Trigger
from tocsin.engine.program.figures import Figure, Goal
from tocsin.engine.program.help import Checklist, Example, Guard, Help, Question
from tocsin.engine.program.levels import Adjustment, Classify, Fallback, FallbackStep, Level, LevelRule, Near
from tocsin.engine.program.people import Department, EveryGroup, Group, HeldBy, Parties, PeopleList, Role, Takes
from tocsin.engine.program.records import Needs, Order, Record, Tracked
from tocsin.engine.program.rule import Cases, FromFact, Limit, Roles, Rule, Text
from tocsin.engine.program.scope import Scope
from tocsin.engine.program.standing import AsParty, Item, Resource, Tier
from tocsin.engine.program.values import Baseline, Condition, Fact, Prefilled, Reading, Signal, Template, Waiver, Watch
from tocsin.engine.program.whole import Defaults, Part, Program

__all__ = [
    "Adjustment",
    "AsParty",
    "Audience",
    "Baseline",
    "Cases",
    "Change",
    "Checklist",
    "Classify",
    "Condition",
    "Decision",
    "Defaults",
    "Department",
    "Document",
    "Door",
    "Effect",
    "Effects",
    "EveryGroup",
    "Example",
    "Fact",
    "Fallback",
    "FallbackStep",
    "Field",
    "Figure",
    "FromFact",
    "Goal",
    "Group",
    "Guard",
    "HandsOver",
    "HeldBy",
    "Help",
    "Item",
    "Ladder",
    "Level",
    "LevelRule",
    "Limit",
    "Link",
    "Message",
    "Moment",
    "Near",
    "Needs",
    "Obligation",
    "Option",
    "Order",
    "Part",
    "Parties",
    "PeopleList",
    "Prefilled",
    "Program",
    "Question",
    "Reading",
    "Record",
    "Resource",
    "Role",
    "Roles",
    "Rule",
    "Rung",
    "Scope",
    "Search",
    "Signal",
    "Situation",
    "Standard",
    "Takes",
    "Template",
    "Text",
    "Tier",
    "Tracked",
    "Trigger",
    "Waiver",
    "Watch",
]
