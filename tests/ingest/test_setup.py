"""What is written at the sender's side: for every source, and the media type for Zabbix."""

from pathlib import Path
from string import Template

import pytest
from ruamel.yaml import YAML

from tocsin.ingest import sources
from tocsin.ingest.sources.zabbix import Event

DOCS = Path(__file__).parents[2] / "docs"
REGISTRY = sources.registry()
WORDS = {"base": "https://tocsin.example.net", "scheme": "https", "host": "tocsin.example.net", "key": "ingest_1"}


@pytest.mark.parametrize("name", [name for name, source in REGISTRY.items() if source.setup])
def test_what_is_written_at_the_senders_side_names_us_and_the_key(name):
    written = Template(REGISTRY[name].setup).substitute(WORDS)
    assert WORDS["host"] in written
    assert WORDS["key"] in written


@pytest.mark.parametrize("name", REGISTRY)
def test_the_guide_says_of_every_source_what_becomes_of_it(name):
    assert f"| `{name}` |" in (DOCS / "sources.md").read_text()


def test_the_media_type_for_zabbix_sends_what_its_source_reads():
    (medium,) = YAML(typ="safe").load(DOCS / "senders" / "zabbix.yaml")["zabbix_export"]["media_types"]
    names = {parameter["name"] for parameter in medium["parameters"]}
    assert names - {"to"} == set(Event.__struct_fields__)
    assert "delete event.to" in medium["script"]
