"""Configuration, all of it from the environment.

An unset variable has a working local default, which `manage.py check --deploy` refuses in live
mode where it would be unsafe there. Each variable is described in docs/reference/settings.md.
"""

import os
from typing import Any

from csp.constants import NONE, SELF

from gateway.settings.beat import beat_schedule
from gateway.settings.broker import broker_url
from gateway.settings.environment import Environment
from gateway.settings.logs import configure_structlog, logging_config
from gateway.supervisor.state import CHECKOUT, local_secret, state_dir

env = Environment()


def _count(name: str, *, default: int) -> Any:
    """A whole number; what is none stays as it was typed, for `manage.py check` to name it."""
    typed = env.str(name, default=str(default)).strip()
    return int(typed) if typed.isascii() and typed.removeprefix("-").isdigit() else typed


BASE_DIR = CHECKOUT
STATE_DIR = state_dir()
DEBUG = env.bool("DEBUG", default=False)
LIVE_MODE = env.bool("LIVE_MODE", default=False)
"""Whether live shops and live chains may be served at all; the checks are strict when it is set."""

SECRET_KEY = env.str("SECRET_KEY", default="") or local_secret("django")
FIELD_KEY = env.str("FIELD_KEY", default="") or local_secret("fields")
"""Hex of 32 bytes: seals secrets that we must be able to read again (webhook secrets)."""
SUBJECT_KEYS = env.str("SUBJECT_KEYS", default="") or f"local:{local_secret('subjects')}"
"""Keys that wrap the keys of people's data, `id:hex` each; the first one wraps, all unwrap."""

PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
"""Where shoppers and programs reach the web process; stands in QR codes."""
LIVE_URL = env.str("LIVE_URL", default="").rstrip("/")
"""Where browsers reach the live streams; empty means PUBLIC_URL (a proxy splits by path)."""
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# --- services -----------------------------------------------------------------------------------

EMBEDDED_POSTGRES = not env.str("DATABASE_URL", default="")
EMBEDDED_VALKEY = not env.str("VALKEY_URL", default="")
POSTGRES_DIR = STATE_DIR / "postgres"
WEB_ROLE = "tillway_web"
"""The embedded PostgreSQL's role for the web and the live process."""
VALKEY_SOCKET = STATE_DIR / "valkey.sock"

OWNER_DATABASE: dict[str, Any] = (
    {
        "NAME": "tillway",
        "USER": "postgres",
        "HOST": str(POSTGRES_DIR),  # the folder of its Unix socket
    }
    if EMBEDDED_POSTGRES
    else env.db_url_config(env.str("DATABASE_URL"))
)
"""As whom the tables are made, and every process works that people and programs don't reach."""
WEB_DATABASE: dict[str, Any] = (
    {**OWNER_DATABASE, "USER": WEB_ROLE}
    if EMBEDDED_POSTGRES
    else env.db_url_config(env.str("WEB_DATABASE_URL", default="") or env.str("DATABASE_URL"))
)
"""As whom the web and the live process work: a role that sees a shop's rows in its scope only."""
DATABASE_ROLE = env.str("DATABASE_ROLE", default="owner")
"""``web`` for those two, which say so themselves; everything else works as the owner."""
DATABASES = {"default": dict(WEB_DATABASE if DATABASE_ROLE == "web" else OWNER_DATABASE)}
DATABASES["default"]["ENGINE"] = "gateway.tenancy.postgresql"  # it knows whose rows it may see
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
# PostgreSQL keeps the plan of what a connection asks often: a third less processor time for an
# invoice. 0 turns it off, for a pooler that can't follow prepared statements.
DATABASES["default"].setdefault("OPTIONS", {})["server_side_binding"] = True
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = env.int("PREPARE_AFTER", default=5) or None
DATABASES["default"]["OPTIONS"]["application_name"] = env.str("PROCESS_NAME", default="tillway")
# Behind PgBouncer in transaction mode there is no session: no server-side cursors.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

VALKEY_URL = env.str("VALKEY_URL", default="") or f"unix://{VALKEY_SOCKET}"
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or broker_url(VALKEY_URL)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": VALKEY_URL}
}

CHAINS = env.str("CHAINS", default="") or str(STATE_DIR / "chains.json")
"""JSON, or the path of a JSON file, that lists the chains; the default is the local dev chain's."""
EMBEDDED_CHAIN = not env.str("CHAINS", default="")
MARKET_FEEDS = env.json("MARKET_FEEDS", default=[])
"""Outside prices: a list of {"name", "url", "kind"}."""
MARKET_POLICY = env.json("MARKET_POLICY", default={})
"""Changes to the desk's policy; docs/reference/market.md names its fields."""
HEDGING = env.json("HEDGING", default={})
"""How far the desk hedges by itself; docs/reference/settings.md names its fields."""
RANGES = env.json("RANGES", default={})
"""Where the desk opens ranges of its own, off by default; docs/reference/settings.md."""
DIVISION = env.json("DIVISION", default={})
"""Limits within which a division of the desk's capital is proposed; docs/reference/settings.md."""
GAS = env.json("GAS", default={})
"""How much gas the accounts that send shall have; docs/reference/settings.md names its fields."""
FLOATS = env.json("FLOATS", default={})
"""How much the float that payouts leave from shall have; docs/reference/settings.md."""
PROVIDERS = env.json("PROVIDERS", default={})
"""Whether live pools may be opened; docs/reference/settings.md names its fields."""
RECONCILIATION = env.json("RECONCILIATION", default={})
"""How closely the books are compared with the world; docs/reference/settings.md."""
EXCHANGES = env.json("EXCHANGES", default=[])
"""Where inventory may be moved and traded; docs/reference/settings.md names the fields."""
MAKERS = env.json("MAKERS", default=[])
"""Outside makers that hedges ask for firm orders; docs/reference/makers.md names their fields."""
APPROVALS = env.json("APPROVALS", default={})
"""Delays of what two people decide and what needs only one; docs/reference/settings.md."""
CASES = env.json("CASES", default={})
"""Versions of the deadlines that cases are due by; docs/reference/cases.md names their fields."""
BEHAVIOUR = env.json("BEHAVIOUR", default={})
"""Versions of the thresholds of behaviour; docs/reference/behaviour.md names their fields."""
NETWORK_FILE = env.str("NETWORK_FILE", default="")
"""Whose networks are whose, tab-separated; docs/reference/behaviour.md says how."""
REPORTING = env.json("REPORTING", default={})
"""How the house reports to authorities: docs/reference/authorities.md names its fields."""
RETAINING = env.json("RETAINING", default={})
"""Versions of how long things are kept; docs/reference/retention.md names their fields."""
KNOWING = env.json("KNOWING", default={})
"""Countries that raise a risk, how long data is kept; docs/reference/settings.md."""
WALLET_SIGNER = env.str("WALLET_SIGNER", default="")
"""A PEM file with the key and the certificate that identity wallets see asking. Empty: one of this
checkout's own; in live mode none is asked then (docs/reference/credentials.md)."""
CREDENTIAL_SIGNER = env.str("CREDENTIAL_SIGNER", default="")
"""A PEM file with the key and the certificate that credentials of our own are signed with. Empty:
one of this checkout's own; in live mode none are given out then (docs/reference/credentials.md)."""
WALLET_ANSWERS_ENCRYPTED = env.bool("WALLET_ANSWERS_ENCRYPTED", default=True)
"""Whether identity wallets are asked to encrypt what they send, as the HAIP profile wants."""
RAMPS = env.json("RAMPS", default=[])
"""Ways to shops' banks; docs/reference/ramps.md names their fields. Keys are never among them."""
SIGNER_SOCKET = env.str("SIGNER_SOCKET", default="") or str(STATE_DIR / "signer.sock")
EMBEDDED_SIGNER = not env.str("SIGNER_SOCKET", default="")
"""Whether `manage.py up` runs a signer itself; a named socket belongs to another user's."""
KEYSTORE_FILE = env.str("KEYSTORE_FILE", default="") or str(STATE_DIR / "keystore.json")
SCREENING_REQUIRED = env.bool("SCREENING_REQUIRED", default=True)
TRAVEL_RULE = env.json("TRAVEL_RULE", default={})
"""Where the house is established and who it is to other providers;
docs/reference/travel-rule.md names its fields."""
WALLET_SCREENING = env.json("WALLET_SCREENING", default={})
"""Who is asked where wallets' money came from; docs/reference/tracing.md names the fields."""
WALLET_SCREENING_KEY = env.str("WALLET_SCREENING_KEY", default="")
"""The outside provider's key, if it wants one."""
DESTINATIONS = env.json("DESTINATIONS", default={})
"""Where money may go, over the rules in force; docs/reference/destinations.md names the fields."""
LISTS = env.json("LISTS", default=[])
"""Where screening lists are fetched from; docs/reference/lists.md names the fields."""
LISTS_WARN_HOURS = env.int("LISTS_WARN_HOURS", default=18)
"""After how long without a good check people are told of a list; it is stale after 24 hours."""
_mail = env.email_url("EMAIL_URL", default=f"filemail:///{STATE_DIR}/mail")
"""Where mail is handed in, "smtp+tls://user:password@host:587"; unset, it is written to files."""
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(_mail.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_mail.get("EMAIL_USE_SSL"))
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH")
EMAIL_TIMEOUT = 15
MAIL_FROM_ADDRESS = env.str("MAIL_FROM", default="tillway@localhost")
DEFAULT_FROM_EMAIL = f"Tillway <{MAIL_FROM_ADDRESS}>"
PUSH_KEY = env.str("PUSH_KEY", default="") or ("" if LIVE_MODE else local_secret("push"))
"""Hex of 32 bytes: by it browsers know that a push message is ours. Empty: none are sent."""
WEBHOOKS_ALLOW_LOOPBACK = env.bool("WEBHOOKS_ALLOW_LOOPBACK", default=False)
"""Demo and tests only: targets of webhooks and push, and lists, may lie on this loopback."""
FAULT_PLAN = env.str("FAULT_PLAN", default="")
"""Tests of crashes only: a folder that says where processes die (gateway/events/points.py)."""

# --- Celery: an executor; the truth stays in PostgreSQL ------------------------------------------

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = beat_schedule()

# --- Django --------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "csp",
    "gateway.tenancy.apps.TenancyConfig",
    "gateway.events.apps.EventsConfig",
    "gateway.outside.apps.OutsideConfig",
    "gateway.shops.apps.ShopsConfig",
    "gateway.ledger.apps.LedgerConfig",
    "gateway.custody.apps.CustodyConfig",
    "gateway.custody.approvals.apps.ApprovalsConfig",
    "gateway.chains.apps.ChainsConfig",
    "gateway.market.apps.MarketConfig",
    "gateway.market.execution.apps.ExecutionConfig",
    "gateway.market.hedges.apps.HedgesConfig",
    "gateway.market.measures.apps.MeasuresConfig",
    "gateway.market.orders.apps.OrdersConfig",
    "gateway.market.ranges.apps.RangesConfig",
    "gateway.market.refills.apps.RefillsConfig",
    "gateway.market.makers.apps.MakersConfig",
    "gateway.compliance.apps.ComplianceConfig",
    "gateway.compliance.sealed.apps.SealedConfig",
    "gateway.compliance.listed.apps.ListedConfig",
    "gateway.compliance.alerts.apps.AlertsConfig",
    "gateway.compliance.behaviour.apps.BehaviourConfig",
    "gateway.compliance.tracing.apps.TracingConfig",
    "gateway.compliance.naming.apps.NamingConfig",
    "gateway.compliance.scenarios.apps.ScenariosConfig",
    "gateway.compliance.cases.apps.CasesConfig",
    "gateway.compliance.reporting.apps.ReportingConfig",
    "gateway.compliance.retaining.apps.RetainingConfig",
    "gateway.compliance.knowing.apps.KnowingConfig",
    "gateway.compliance.presenting.apps.PresentingConfig",
    "gateway.compliance.issuing.apps.IssuingConfig",
    "gateway.compliance.travelling.apps.TravellingConfig",
    "gateway.compliance.retracing.apps.RetracingConfig",
    "gateway.compliance.destinations.apps.DestinationsConfig",
    "gateway.compliance.inquiring.apps.InquiringConfig",
    "gateway.invoices.apps.InvoicesConfig",
    "gateway.sponsoring.apps.SponsoringConfig",
    "gateway.treasury.providers.apps.ProvidersConfig",
    "gateway.treasury.buying.apps.BuyingConfig",
    "gateway.ramps.apps.RampsConfig",
    "gateway.ramps.iso20022.apps.BankFilesConfig",
    "gateway.cards.apps.CardsConfig",
    "gateway.treasury.floats.apps.FloatsConfig",
    "gateway.settlement.apps.SettlementConfig",
    "gateway.settlement.allocating.apps.AllocatingConfig",
    "gateway.settlement.reconciling.apps.ReconcilingConfig",
    "gateway.settlement.billing.apps.BillingConfig",
    "gateway.refunds.apps.RefundsConfig",
    "gateway.refunds.cards.apps.CardRefundsConfig",
    "gateway.branding.apps.BrandingConfig",
    "gateway.checkout.apps.CheckoutConfig",
    "gateway.supervisor.apps.SupervisorConfig",
    "gateway.trying.apps.TryingConfig",
    "merchants.audit.apps.AuditConfig",
    "merchants.accounts.apps.AccountsConfig",
    "merchants.accounts.factors.apps.FactorsConfig",
    "merchants.api.apps.ApiConfig",
    "merchants.webhooks.apps.WebhooksConfig",
    "merchants.notices.apps.NoticesConfig",
    "merchants.catalogue.apps.CatalogueConfig",
    "merchants.tickets.apps.TicketsConfig",
    "merchants.tills.apps.TillsConfig",
    "merchants.shifts.apps.ShiftsConfig",
    "merchants.receipts.apps.ReceiptsConfig",
    "merchants.counter.apps.CounterConfig",
    "merchants.ecr.apps.EcrConfig",
    "merchants.pos.apps.PosConfig",
    "merchants.links.apps.LinksConfig",
    "merchants.plugins.apps.PluginsConfig",
    "merchants.customers.apps.CustomersConfig",
    "merchants.calls.apps.CallsConfig",
    "merchants.dashboard.apps.DashboardConfig",
    "merchants.moving.apps.MovingConfig",
]

MIDDLEWARE = [
    "gateway.outside.middleware.ClientAddressMiddleware",
    "gateway.outside.middleware.RequestIdMiddleware",
    "merchants.audit.scene.SceneMiddleware",
    "gateway.tenancy.middleware.ScopeMiddleware",
    "gateway.supervisor.metrics.MetricsMiddleware",
    # Around whatever may refuse a request, so that a refusal is guarded like any other page.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]

API_MIDDLEWARE = [
    "gateway.outside.middleware.ClientAddressMiddleware",
    "gateway.outside.middleware.RequestIdMiddleware",
    "merchants.audit.scene.SceneMiddleware",
    "gateway.tenancy.middleware.ScopeMiddleware",
    "gateway.supervisor.metrics.MetricsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
"""What the API's requests go through instead (``gateway.wsgi``)."""

ROOT_URLCONF = "gateway.urls"
WSGI_APPLICATION = "gateway.wsgi.application"
ASGI_APPLICATION = "gateway.asgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/dashboard/"
LOGOUT_REDIRECT_URL = "/login"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "merchants.accounts.views.locked_out"
AXES_USERNAME_FORM_FIELD = "username"  # the form's name for it; the model's own is "email"
SIGN_IN_BURST = _count("SIGN_IN_BURST", default=30)
"""Failed sign-ins from one address at once: a whole shop behind one NAT mistypes fewer."""
SIGN_IN_REFILL_SECONDS = _count("SIGN_IN_REFILL_SECONDS", default=20)
"""Seconds until one more is allowed: 4 320 guesses a day, where a sprayer wants millions."""
SECOND_FACTOR_GRACE_DAYS = _count("SECOND_FACTOR_GRACE_DAYS", default=14)
"""How long people may move a live shop's money without a second factor: counted from when their
account was made, or from the version that began to ask."""
STEP_UP_MINUTES = _count("STEP_UP_MINUTES", default=10)
"""How lately somebody must have shown who they are before acts that matter."""
TILL_LOCK_MINUTES = _count("TILL_LOCK_MINUTES", default=10)
"""After how long without a touch a paired till asks for a PIN again."""
SHIFT_OPEN_HOURS = _count("SHIFT_OPEN_HOURS", default=16)
"""After how long a shift that nobody closed is told to the shop's managers."""
EXCHANGE_LOCK_MINUTES = _count("EXCHANGE_LOCK_MINUTES", default=45)
"""How long a price is held for who pays from an exchange, dearer; 0: nobody is offered that."""
PRINTER_NETWORKS = env.str("PRINTER_NETWORKS", default="")
"""Where shops' receipt printers may stand; nowhere unless it is said."""

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = STATE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "gateway.checkout.assets.Assets"},
}
WHITENOISE_MANIFEST_STRICT = False
WHITENOISE_USE_FINDERS = DEBUG

# --- security ------------------------------------------------------------------------------------

HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "merchants.accounts.views.form_too_old"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
"""Whether every request comes through a proxy that sets X-Forwarded-Proto and X-Forwarded-For."""
SHOPPER_COUNTRY_HEADER = env.str("SHOPPER_COUNTRY_HEADER", default="")
"""The proxy's word for where a shopper asks from (Cloudflare: CF-IPCountry); '': nobody says."""
SHOPPER_REGION_HEADER = env.str("SHOPPER_REGION_HEADER", default="")
"""And for the part of that country (Cloudflare: cf-region-code)."""
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_SSL_REDIRECT = False  # the proxy redirects; a shop plugin's client follows no redirects
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 65_536
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS = ["gateway.outside.uploads.RefuseFiles"]
"""Whoever sends a file would fill our disk: pages that take one say so, and keep it in memory."""
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *([LIVE_URL] if LIVE_URL else [])],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["merchants.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["merchants.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["merchants.api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["merchants.api.parsers.OrjsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "merchants.api.problems.problem_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tillway API",
    "DESCRIPTION": "Ask for money, watch it arrive, pay it out.",
    "VERSION": "1.1.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/v1",
    "ENUM_NAME_OVERRIDES": {
        "BankAccountStatus": (
            *("none", "incomplete", "checking"),
            *("restricted", "due_soon", "ready"),
        ),
        "DeliveryState": ("pending", "succeeded", "failed", "cancelled"),
        "EndpointStyle": ("standard", "btcpay"),
        "DepositState": ("seen", "confirmed", "final", "orphaned"),
        "InvoiceStatus": (
            *("waiting", "partial", "processing", "paid"),
            *("expired", "cancelled", "invalid"),
        ),
        "Mode": ("test", "live"),
        "PaperKind": ("receipt", "credit_note"),
        "PaymentLinkKind": ("link", "donation"),
        "ReceiptTaxKind": ("goods", "tip", "rest"),
        "ReceiptTenderKind": ("tokens", "card", "cash", "marked"),
        "PaymentLinkState": ("open", "paused", "ended", "sold_out", "closed"),
        "PayoutStatus": "gateway.settlement.life.STATUSES",
        "RefundStatus": "gateway.refunds.life.STATUSES",
        "TenderEnum": ("tokens", "card"),
        "TicketState": ("open", "parked", "paying", "paid", "void"),
    },
}

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_JSON = env.bool("LOG_JSON", default=not os.isatty(2))
configure_structlog()
LOGGING = logging_config(level=LOG_LEVEL, as_json=LOG_JSON)
