"""Django settings. The environment says only what must be known before the database; all else is data."""

from tocsin.kit import database, home

HOME = home.open_home()

SECRET_KEY = HOME.secret_key()
DEBUG = False
ALLOWED_HOSTS = ["*"]  # Tocsin serves under whatever name its proxy gives it; links are built from TOCSIN_BASE_URL only.
BASE_URL = HOME.base_url
BIND = HOME.bind
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("pl", "Polski"), ("zh-hans", "简体中文")]
USE_I18N = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django_htmx",
    "tocsin.accounts",
    "tocsin.ingest",
    "tocsin.comms",
    "tocsin.incidents",
    "tocsin.web",
]
DATABASES = {"default": database.settings(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Person"
ROOT_URLCONF = "tocsin.urls"
ASGI_APPLICATION = "tocsin.asgi.application"
