"""
A process that writes notes without pause until its standard input ends: `python -m tests.incidents.steady`.

It says `acked <words>` for each, and at last `kept <words>` for each that stands in the journal and `wrong <complaint>` for what is not whole.
"""

import os
import sys
import threading

import django
from django.core.management import call_command

django.setup()

from tests.incidents.cast import build  # noqa: E402 - Django is set up first
from tocsin.engine import terms as t  # noqa: E402
from tocsin.incidents import doctor, journal  # noqa: E402


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def main() -> None:
    call_command("migrate", verbosity=0)
    cast = build()
    incident = cast.declare()
    done = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), done.set()), daemon=True).start()
    number = 0
    while not done.is_set():
        number += 1
        cast.done(incident, t.Note(words=f"note-{number}"))
        say("acked", f"note-{number}")
    for written in journal.read(incident):
        if isinstance(written.event, t.Noted):
            say("kept", written.event.words)
    for complaint in doctor.examine_all():
        say("wrong", complaint)


if __name__ == "__main__":
    main()
