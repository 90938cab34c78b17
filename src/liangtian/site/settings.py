"""Settings of the running site. Every deployment choice is one environment variable.

LIANGTIAN_DATA           folder for the embedded database, files and the secret key (default ./liangtian-data)
LIANGTIAN_DATABASE_URL   postgresql://user:password@host:port/name; unset means SQLite in the data folder
LIANGTIAN_ALLOWED_HOSTS  comma-separated host names (default: loopback only)
LIANGTIAN_COUNTY         region code of the county this installation serves
LIANGTIAN_AUDIT_KEEP_DAYS  days an audit entry stays before it may be archived (default 190, at least 184)
LIANGTIAN_JOB_HEARTBEAT_SECONDS  how often a worker says that it lives (default 5)
LIANGTIAN_JOB_KEEP_DAYS          days a finished job stays in the list (default 180)
LIANGTIAN_JOB_STALE_SECONDS      silence after which its job is started again (default 30)
LIANGTIAN_FILES_S3       https://key:secret@host:port/bucket/prefix of an S3-compatible store; unset means FILES_ROOT
LIANGTIAN_FILES_S3_REGION region name such a store was set up with (default us-east-1)
LIANGTIAN_TILE_CACHE_MB  most megabytes of made map tiles kept on disk (default 2048)
LIANGTIAN_TILE_FEATURES  features above which a tile shows classes on a grid instead (default 12000)
LIANGTIAN_BASEMAPS       TOML file that declares base maps (底图); unset means none
LIANGTIAN_REGION_SLIVER_M2  overlaps and gaps of boundaries up to this area are not reported (default 100)
LIANGTIAN_HOOK_HOSTS     comma-separated host or host:port that outgoing notices may go to (default: none)
LIANGTIAN_PACK_OVERRIDES folder with the county's own values of policy packs, one <pack id>.toml each
LIANGTIAN_THREADS        requests that the web server works on at a time (default 8)
LIANGTIAN_REQUEST_SECONDS  after which a question to PostgreSQL or a silent connection is given up (default 120)
LIANGTIAN_GRACE_SECONDS  for requests that are under way when the web server is told to stop (default 30)
LIANGTIAN_PROXY          address of the HTTPS proxy whose X-Forwarded-* headers are believed
LIANGTIAN_WATCH_FROM     addresses or networks that may read /metrics (default: this machine)
LIANGTIAN_BACKUP_AT      hour and minute of the daily backup by the worker, e.g. 02:30; off: none
LIANGTIAN_BACKUP_EVERY_HOURS  instead: a backup by the worker every so many hours
LIANGTIAN_BACKUP_DIR     folder of backups (default: backups in the data folder)
LIANGTIAN_BACKUP_KEEP    how many backups are kept (default 14)
LIANGTIAN_BACKUP_PASSPHRASE_FILE  file with the passphrase under which backups are encrypted
LIANGTIAN_EXPORT_ROWS_AT_ONCE  a ledger longer than this is exported in the background (default 5000)
LIANGTIAN_EXPORT_DAYS    how long an exported file is kept for its maker, days (default 7)
LIANGTIAN_ATLAS_SHEETS   the most sheets of a printed atlas (default 60)
LIANGTIAN_ATLAS_FEATURES the most figures on all sheets of a printed atlas (default 120000)
LIANGTIAN_OVERLAY_LAYERS  the most layers that plots are measured against in one run (default 20)
LIANGTIAN_OVERLAY_NEAR_METRES  the farthest that a run looks for the nearest figure, metres (default 5000)
LIANGTIAN_BULK_IN_REQUEST   the most patches handled together while one waits (default 200)
LIANGTIAN_DOSSIERS_AT_ONCE  the most dossiers of one batch (default 5000)
LIANGTIAN_DOSSIER_PRINTERS  threads that print dossiers of a batch (default 2)
LIANGTIAN_DOSSIER_ZIP_MB  a zip of dossiers holds at most so much (default 2000)
LIANGTIAN_FIELD_PAPER_PARCELS  the most parcels on the field papers of a village (default 3000)
LIANGTIAN_DOSSIER_PAGES_OF_A_PAPER  pages of one attached PDF that are printed (default 60)
LIANGTIAN_SNAPSHOT_ROWS_AT_ONCE  a longer ledger is kept in the background (default 20000)
LIANGTIAN_SNAPSHOT_ROWS  the most rows of a ledger kept at once, for a return or a comparison (default 300000)
LIANGTIAN_REASON_CHARACTERS  the shortest reason (理由) that is taken (default 5)
LIANGTIAN_LETTER_FIELD_CHARACTERS  the longest text of one field of a letter (default 2000)
LIANGTIAN_DUE_SOON_DAYS  a task due within so many days is shown as due soon (default 3)
LIANGTIAN_TOKEN_DAYS     days an interface token lives at most (default 365)
LIANGTIAN_CALENDAR_DAYS_AHEAD  periodic deadlines are made so far ahead (default 400)
LIANGTIAN_STATE_KEEP_DAYS      days a named state of a ledger is kept, where no return rests on it (default 1095)
LIANGTIAN_PUBLIC_READS_PER_MINUTE   requests for a public notice from one address in a minute (default 60)
LIANGTIAN_PUBLIC_OBJECTIONS_PER_HOUR  objections sent online from one address in an hour (default 5)
LIANGTIAN_PUBLIC_OBJECTIONS_PER_DAY   objections sent online to one notice in a day (default 200)
LIANGTIAN_RETURN_DUE_DAYS      a return is late when not sent so many days after its period's end (default 10)
"""

from __future__ import annotations

import os
import secrets
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("LIANGTIAN_DATA", "liangtian-data")).resolve()
if not os.access(
    PACKAGE / "geo" / "overlay", os.W_OK
):  # compiled code is kept beside the source, or here
    os.environ.setdefault("NUMBA_CACHE_DIR", str(DATA / "compiled"))


def _secret_key() -> str:
    """One key per installation, made at the first start and kept beside the data."""
    if key := os.environ.get("LIANGTIAN_SECRET_KEY"):
        return key
    path = DATA / "secret-key"
    if path.is_file():
        return path.read_text()
    key = secrets.token_urlsafe(50)
    if "mypy" in sys.modules:
        return key
    DATA.mkdir(parents=True, exist_ok=True)
    path.write_text(key)
    path.chmod(0o600)
    return key


def _database(url: str | None) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "liangtian.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",  # a writer waits its turn instead of failing late
                "timeout": 60,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                "PRAGMA cache_size=-32768;",  # KiB; a ledger's index stays in memory
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
    }


def _object_store(url: str | None) -> dict[str, str]:
    """What `platform.files.stores` needs to reach a bucket; empty for the local folder."""
    if not url:
        return {}
    parts = urlsplit(url)
    bucket, _, prefix = parts.path.strip("/").partition("/")
    port = f":{parts.port}" if parts.port else ""
    return {
        "endpoint": f"{parts.scheme}://{parts.hostname}{port}",
        "bucket": bucket,
        "prefix": f"{prefix}/" if prefix else "",
        "key": unquote(parts.username or ""),
        "secret": unquote(parts.password or ""),
        "region": os.environ.get("LIANGTIAN_FILES_S3_REGION", "us-east-1"),
    }


SECRET_KEY = _secret_key()
DEBUG = os.environ.get("LIANGTIAN_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("LIANGTIAN_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
COUNTY = os.environ.get("LIANGTIAN_COUNTY", "")
HTTPS = os.environ.get("LIANGTIAN_HTTPS") == "1"
REGION_SLIVER_M2 = Decimal(os.environ.get("LIANGTIAN_REGION_SLIVER_M2", "100"))
_OVERRIDES = os.environ.get("LIANGTIAN_PACK_OVERRIDES")
PACK_OVERRIDES = Path(_OVERRIDES).resolve() if _OVERRIDES else None
THREADS = int(os.environ.get("LIANGTIAN_THREADS", "8"))
REQUEST_SECONDS = int(os.environ.get("LIANGTIAN_REQUEST_SECONDS", "120"))
GRACE_SECONDS = float(os.environ.get("LIANGTIAN_GRACE_SECONDS", "30"))
PROXY = os.environ.get("LIANGTIAN_PROXY", "")
WATCH_FROM = os.environ.get("LIANGTIAN_WATCH_FROM", "127.0.0.0/8,::1").split(",")
BACKUP_AT = os.environ.get("LIANGTIAN_BACKUP_AT", "02:30")
BACKUP_EVERY_HOURS = float(os.environ.get("LIANGTIAN_BACKUP_EVERY_HOURS", "0"))
BACKUP_MAX_AGE_HOURS = int(os.environ.get("LIANGTIAN_BACKUP_MAX_AGE_HOURS", "26"))
DRILL_MAX_AGE_DAYS = int(os.environ.get("LIANGTIAN_DRILL_MAX_AGE_DAYS", "31"))
DISK_FREE_WARNING_MB = int(os.environ.get("LIANGTIAN_DISK_FREE_WARNING_MB", "10240"))
DISK_FREE_ERROR_MB = int(os.environ.get("LIANGTIAN_DISK_FREE_ERROR_MB", "1024"))
BACKUP_DIR = Path(os.environ.get("LIANGTIAN_BACKUP_DIR", DATA / "backups")).resolve()
BACKUP_KEEP = int(os.environ.get("LIANGTIAN_BACKUP_KEEP", "14"))
BACKUP_PASSPHRASE_FILE = os.environ.get("LIANGTIAN_BACKUP_PASSPHRASE_FILE")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",  # password and session machinery; its own users and groups stay unused
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "liangtian.platform.regions",
    "liangtian.platform.people",
    "liangtian.platform.audit",
    "liangtian.platform.files",
    "liangtian.platform.jobs",
    "liangtian.platform.layers",
    "liangtian.platform.overlays",
    "liangtian.platform.sketches",
    "liangtian.platform.calendar",
    "liangtian.platform.packs",
    "liangtian.platform.cases",
    "liangtian.platform.ledgers",
    "liangtian.platform.returns",
    "liangtian.platform.dashboards",
    "liangtian.platform.operation",
    "liangtian.platform.tokens",
    "liangtian.platform.documents",
    "liangtian.platform.books",
    "liangtian.programmes.enforcement",
    "liangtian.programmes.holdings",
]
MIDDLEWARE = [
    "liangtian.platform.operation.watching.measure",
    "django.middleware.security.SecurityMiddleware",
    "liangtian.site.middleware.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # for browsers that know no policy
    "liangtian.platform.audit.context.remember_address",
    "liangtian.site.middleware.people_gate",
]
ROOT_URLCONF = "liangtian.site.urls"
WSGI_APPLICATION = "liangtian.site.wsgi.application"
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
REASON_CHARACTERS = int(os.environ.get("LIANGTIAN_REASON_CHARACTERS", "5"))
LETTER_FIELD_CHARACTERS = int(os.environ.get("LIANGTIAN_LETTER_FIELD_CHARACTERS", "2000"))
DUE_SOON_DAYS = int(os.environ.get("LIANGTIAN_DUE_SOON_DAYS", "3"))
# A key that never ends is forgotten; a year is the custom.
TOKEN_LONGEST_DAYS = int(os.environ.get("LIANGTIAN_TOKEN_DAYS", "365"))
# The annual result lies in the next year.
CALENDAR_DAYS_AHEAD = int(os.environ.get("LIANGTIAN_CALENDAR_DAYS_AHEAD", "400"))
HOOK_HOSTS = os.environ.get("LIANGTIAN_HOOK_HOSTS", "").split(",")
HOOK_TIMEOUT_SECONDS = 5  # for one notice; a slower receiver is tried again later

DATABASES = {"default": _database(os.environ.get("LIANGTIAN_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
JOB_HEARTBEAT_SECONDS = float(os.environ.get("LIANGTIAN_JOB_HEARTBEAT_SECONDS", "5"))
JOB_STALE_SECONDS = float(os.environ.get("LIANGTIAN_JOB_STALE_SECONDS", "30"))
JOB_KEEP_DAYS = int(os.environ.get("LIANGTIAN_JOB_KEEP_DAYS", "180"))
AUDIT_KEEP_DAYS = int(os.environ.get("LIANGTIAN_AUDIT_KEEP_DAYS", "190"))
AUDIT_SEEN_MINUTES = 10  # the same person opening the same thing again is one act
AUDIT_DENIALS_EACH = 20  # refusals of ten minutes that are kept singly; the rest is one number
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
WEB_DIST = PACKAGE / "site" / "webdist"
WHITENOISE_ROOT = WEB_DIST if WEB_DIST.is_dir() else None
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/.+-[\w-]{8}\.\w+$"  # the build puts a hash in the name
EXPORT_ROWS_AT_ONCE = int(os.environ.get("LIANGTIAN_EXPORT_ROWS_AT_ONCE", "5000"))
EXPORT_DAYS = int(os.environ.get("LIANGTIAN_EXPORT_DAYS", "7"))
OVERLAY_LAYERS = int(os.environ.get("LIANGTIAN_OVERLAY_LAYERS", "20"))
OVERLAY_NEAR_METRES = int(os.environ.get("LIANGTIAN_OVERLAY_NEAR_METRES", "5000"))
BULK_IN_REQUEST = int(os.environ.get("LIANGTIAN_BULK_IN_REQUEST", "200"))
DOSSIERS_AT_ONCE = int(os.environ.get("LIANGTIAN_DOSSIERS_AT_ONCE", "5000"))
DOSSIER_PRINTERS = int(os.environ.get("LIANGTIAN_DOSSIER_PRINTERS", "2"))
DOSSIER_ZIP_MB = int(os.environ.get("LIANGTIAN_DOSSIER_ZIP_MB", "2000"))
FIELD_PAPER_PARCELS = int(os.environ.get("LIANGTIAN_FIELD_PAPER_PARCELS", "3000"))
DOSSIER_PAGES_OF_A_PAPER = int(os.environ.get("LIANGTIAN_DOSSIER_PAGES_OF_A_PAPER", "60"))
SNAPSHOT_ROWS_AT_ONCE = int(os.environ.get("LIANGTIAN_SNAPSHOT_ROWS_AT_ONCE", "20000"))
SNAPSHOT_ROWS = int(os.environ.get("LIANGTIAN_SNAPSHOT_ROWS", "300000"))
STATE_KEEP_DAYS = int(os.environ.get("LIANGTIAN_STATE_KEEP_DAYS", "1095"))
PUBLIC_READS_PER_MINUTE = int(os.environ.get("LIANGTIAN_PUBLIC_READS_PER_MINUTE", "60"))
PUBLIC_OBJECTIONS_PER_HOUR = int(os.environ.get("LIANGTIAN_PUBLIC_OBJECTIONS_PER_HOUR", "5"))
PUBLIC_OBJECTIONS_PER_DAY = int(os.environ.get("LIANGTIAN_PUBLIC_OBJECTIONS_PER_DAY", "200"))
RETURN_DUE_DAYS = int(os.environ.get("LIANGTIAN_RETURN_DUE_DAYS", "10"))
FILES_ROOT = DATA / "files"
FILES_S3 = _object_store(os.environ.get("LIANGTIAN_FILES_S3"))
MAX_UPLOAD_MB = {
    "batch": 500,
    "layer": 4096,
    "photo": 30,
    "document": 500,
    "letter": 30,
    "dossier": 8192,
    "ledger": 1024,
}
MAX_PICTURE_PIXELS = (
    120_000_000  # above any camera a county owns; guards against pictures made to harm
)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024**2
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2
PREPARED_ROOT = DATA / "prepared"  # made from the published layers; may be deleted at any time

TILE_CACHE_BYTES = int(os.environ.get("LIANGTIAN_TILE_CACHE_MB", "2048")) * 1024**2
TILE_FEATURES = int(os.environ.get("LIANGTIAN_TILE_FEATURES", "12000"))
SKETCH_VERTICES = 20_000  # in one drawn figure
SKETCHES_PER_USER = 2_000
SKETCHES_PER_FILE = 500
SKETCH_FILE_BYTES = 20 * 1024**2
PRINT_FEATURES = 40_000  # on one page
ATLAS_SHEETS = int(os.environ.get("LIANGTIAN_ATLAS_SHEETS", "60"))
ATLAS_FEATURES = int(os.environ.get("LIANGTIAN_ATLAS_FEATURES", "120000"))
PRINT_LABEL_SCALE = 5_000  # classes are written into figures down to this scale
BASEMAP_SECONDS = 10.0  # a base map that answers later is not waited for
BASEMAPS = os.environ.get("LIANGTIAN_BASEMAPS", "")

SESSION_COOKIE_AGE = 12 * 3600  # the security policy may make a session shorter
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]  # asked for by machines, behind the proxy
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"numbers": {"()": "liangtian.platform.personal_numbers.HiddenNumbers"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["numbers"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"liangtian": {"level": "INFO"}},
}
