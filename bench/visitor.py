"""Sign the first organisation's owner in, as a browser would be, and leave the cookie and the path of the pages in the home, in two files."""

import sys

import django

django.setup()

from django.conf import settings  # noqa: E402 - only after Django is set up
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from tocsin.accounts.models import Membership  # noqa: E402

if __name__ == "__main__":
    owner = Membership.objects.select_related("person", "organisation").order_by("pk")[0]
    session = SessionStore()
    session[SESSION_KEY] = str(owner.person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = owner.person.get_session_auth_hash()
    session.create()
    (settings.HOME.path / sys.argv[1]).write_text(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    (settings.HOME.path / sys.argv[2]).write_text(f"/o/{owner.organisation.slug}")
