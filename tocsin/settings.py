"""Django settings. The environment says only what must be known before the database; all else is data."""

from pathlib import Path

from tocsin.kit import database, home

HOME = home.open_home()

SECRET_KEY = HOME.secret_key()
DEBUG = False
ALLOWED_HOSTS = ["*"]  # Tocsin serves under whatever name its proxy gives it; links are built from TOCSIN_BASE_URL only.
BASE_URL = HOME.base_url
BIND = HOME.bind
SMTP_LISTEN = HOME.smtp_listen
SMTP_TLS_CERT, SMTP_TLS_KEY = HOME.smtp_tls_cert, HOME.smtp_tls_key
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False  # every string of ours comes from tocsin.web.languages

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "tocsin.accounts",
    "tocsin.ingest",
    "tocsin.comms",
    "tocsin.incidents",
    "tocsin.web",
]
MIDDLEWARE = [
    "tocsin.web.headers.security",
    "tocsin.web.files.Files",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tocsin.web.languages.middleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tocsin.web.characters.Characters",
    "tocsin.web.untaken.Untaken",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [Path(__file__).parent / "web" / "templates"],
        "OPTIONS": {"environment": "tocsin.web.jinja.environment"},
    }
]
DATABASES = {"default": database.settings(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "tocsin.urls"

AUTH_USER_MODEL = "accounts.Person"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
SESSION_ENGINE = "tocsin.accounts.sessions"
SESSION_COOKIE_NAME = "tocsin_session"
CSRF_COOKIE_NAME = "tocsin_csrf"
CSRF_COOKIE_HTTPONLY = True  # the token travels in the forms
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "tocsin.web.errors.csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # files are served from the packages; nothing is collected
WHITENOISE_MAX_AGE = 31_536_000  # every address carries the hash of its file

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},  # a refusal is an answer, not an event of the log
}
