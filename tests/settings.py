"""Django settings of the tests: the product's own, over a data folder that lives as long as the process."""

import atexit
import os
import shutil
import tempfile

_HOME = tempfile.mkdtemp(prefix="tocsin-tests-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["TOCSIN_HOME"] = _HOME
os.environ["TOCSIN_DATABASE_URL"] = os.environ.get("TOCSIN_TEST_DATABASE_URL", "")
for name in ("TOCSIN_BASE_URL", "TOCSIN_BIND"):
    os.environ.pop(name, None)

from tocsin.settings import *  # noqa: E402, F403 - the product reads its environment when it is imported

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if "options" in DATABASES["default"]["OPTIONS"]:  # noqa: F405
    # A test is one transaction, and may think as long as it likes.
    DATABASES["default"]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"  # noqa: F405
    # Beside it another may have stopped the cluster for some seconds.
    DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 20  # noqa: F405
