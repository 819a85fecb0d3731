"""What a signature attaches: a record or a message, asked as a form within the form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tocsin.engine.program import Field, Program, Text
from tocsin.web import plan_words


@dataclass(frozen=True, slots=True)
class Attachment:
    """A record or message of the plan with its fields; each is posted as `attach:<name>:<field>`."""

    name: str
    title: Text
    fields: tuple[Field, ...]


def of(program: Program, names: Iterable[str]) -> tuple[Attachment, ...]:
    """Return the attachments with these names."""
    found = [(name, program.records.get(name) or program.messages.get(name)) for name in names]
    return tuple(Attachment(name, plan_words.titled(rule), rule.fields) for name, rule in found if rule is not None)


def read(form: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the fields filled in, by attachment."""
    given: dict[str, dict[str, str]] = {}
    for key, words in form.items():
        if key.startswith("attach:") and key.count(":") == 2 and words.strip():
            _prefix, name, field = key.split(":")
            given.setdefault(name, {})[field] = words.strip()
    return given
