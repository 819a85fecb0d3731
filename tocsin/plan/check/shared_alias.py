"""L17: one name leads to two roles, groups or departments, however it is written: whoever uses it is asked which one is meant."""

import re
import unicodedata
from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path, brief
from tocsin.plan.forms.leaves import RuleForm
from tocsin.plan.forms.people import DepartmentForm, GroupForm, RoleForm
from tocsin.plan.sentences import NOTHING, say

_ALIKE = str.maketrans("łđøаеорсухкмнтвіјѕ", "ldoaeopcyxkmhtbijs")
"""What no decomposition takes apart, and the Cyrillic letters that look like Latin ones."""


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each alias that is a name of somebody else already."""
    language = draft.form.language if draft.form else ""
    owners: dict[str, tuple[Path, str]] = {}
    aliases: list[tuple[Path, str]] = []
    for path, body in draft.walk(RuleForm):
        if not isinstance(body, RoleForm | GroupForm | DepartmentForm):
            continue
        titles = body.title.by_locale if body.title else {}
        for title in {titles.get("", ""), titles.get(language, "")} - {""}:
            owners.setdefault(folded(title), (path, title))
        aliases += [((*path, "aliases", index), alias) for index, alias in enumerate(body.aliases)]
    for path, alias in aliases:
        owner, known = owners.setdefault(folded(alias), (path, alias))
        if owner[:-2] != path[:-2] and owner != path[:-2]:
            also = say(", written {known}", known=brief(known)) if known != alias else NOTHING
            said = say("{alias} is also a name of {body}{also}", alias=brief(alias), body=_body(owner), also=also)
            yield Fault(path, said, say("acknowledge it: whoever uses the name is asked which one is meant"), beside=(owner,))


def folded(name: str) -> str:
    """Return a name without what people leave out or mix up: case, diacritics, "ё", width, script, punctuation, spaces. Pure."""
    plain = unicodedata.normalize("NFKD", name).casefold().translate(_ALIKE)
    return re.sub(r"[\W_]+", " ", "".join(char for char in plain if not unicodedata.combining(char))).strip()


def _body(path: Path) -> str:
    return str(path[path.index("aliases") - 1] if "aliases" in path else path[-1])


CHECK = Check("L17", "shared-alias", "warning", find)
