"""What the parts of a plan are called in the sentences of findings."""

from tocsin.plan.sentences import Sentence, quoted, say

_NOUNS = {
    "bool": say("a yes or no"),
    "decimal": say("a measured number"),
    "int": say("a count"),
    "string": say("a text"),
    "duration": say("a duration"),
    "time": say("an instant"),
    "list": say("a list"),
    "any": say("anything"),
    "fact": say("fact"),
    "signal": say("signal"),
    "condition": say("condition"),
    "level": say("level"),
    "moment": say("moment"),
    "trigger": say("trigger"),
    "role": say("role"),
    "group": say("group"),
    "department": say("department"),
    "list of people": say("list of people"),
    "decision": say("decision"),
    "situation": say("situation"),
    "obligation": say("obligation"),
    "message": say("message"),
    "record": say("record"),
    "figure": say("figure"),
    "checklist": say("checklist"),
    "resource": say("resource"),
    "mark of parties": say("mark of parties"),
    "kind of party": say("kind of party"),
    "standing duty": say("standing duty"),
    "field": say("field"),
    "option": say("option"),
    "collection": say("collection"),
    "phase": say("phase"),
    "value": say("value"),
    "tag": say("tag"),
    "role or group": say("role or group"),
}


def noun(kind: str) -> Sentence:
    """Return what a kind of thing, or a type of value, is called."""
    return _NOUNS.get(kind) or quoted(kind)
