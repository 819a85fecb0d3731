"""`tocsin setup`: the first organisation without a browser."""

import json

import click
from django.conf import settings
from django.urls import reverse

from tocsin.accounts import keys, links
from tocsin.accounts.models import Access, Organisation
from tocsin.cli.data import bring_in_step
from tocsin.web import languages
from tocsin.web.setup import found


@click.command()
@click.option("--organisation", required=True, help="Its name.")
@click.option("--email", required=True, help="The owner's.")
@click.option("--person", default="", help="The owner's name; the e-mail if not given.")
@click.option("--language", default="en", help="en, ru, pl or zh.")
@click.option("--sample", is_flag=True, help="Load the sample organisation: a plan in force and people for its roles.")
def setup(*, organisation: str, email: str, person: str, language: str, sample: bool) -> None:
    """Set up and print one JSON object: the one-time sign-in link, an API key, an ingest key. None of them is shown again."""
    spoken = languages.known(language)
    if not spoken:
        raise click.ClickException(f"There is no language {language}; choose {', '.join(languages.LANGUAGES)}.")
    bring_in_step()
    if Organisation.objects.exists():
        raise click.ClickException("This installation is set up already; people and keys are made with tocsin user and tocsin key.")
    made = found(organisation, email, person, spoken, with_sample=sample)
    _api, api_secret = keys.create(made.organisation, keys.API, "setup", person=made.owner, access=Access.OWNER)
    secret = made.ingest_key or keys.create(made.organisation, keys.INGEST, "setup", person=made.owner)[1]
    answer = {
        "organisation": made.organisation.slug,
        "url": settings.BASE_URL,
        "sign_in_link": settings.BASE_URL + reverse("link", kwargs={"secret": links.issue(made.owner)}),
        "api_key": api_secret,
        "ingest_key": secret,
    }
    click.echo(json.dumps(answer, ensure_ascii=False))
