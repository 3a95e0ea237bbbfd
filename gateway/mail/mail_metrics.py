"""What is counted of mails, for Prometheus."""

from prometheus_client import Counter, Gauge

TRIES = Counter(
    "tillway_mail_tries_total",
    "Tries to send a mail, by what came of it",
    ["room", "outcome"],
)
WAITING = Gauge(
    "tillway_mails_waiting",
    "Mails that have not ended, after the last run",
    ["room"],
    multiprocess_mode="mostrecent",
)
