"""The kinds of report, and what each is. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["fincen_sar", "goaml", "ofac_blocking", "ofac_annual"]
Term = Literal["suspicion", "blocking", "annual"]


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One kind of report.

    Attributes:
        dispositions: of a case that lead to it.
        term: by which rule it is due.
        media, suffix: of its file.
        retention: the class of the retention schedule that it is kept by.
        attaches: whether the authority takes the case's transfers along with it.
    """

    name: Kind
    dispositions: frozenset[str]
    term: Term
    media: str
    suffix: str
    retention: str
    attaches: bool = False


KINDS: Final[dict[str, ReportKind]] = {
    kind.name: kind
    for kind in (
        ReportKind(
            "fincen_sar",
            frozenset({"report"}),
            "suspicion",
            "application/xml",
            "xml",
            "report",
            attaches=True,
        ),
        ReportKind(
            "goaml",
            frozenset({"report"}),
            "suspicion",
            "application/xml",
            "xml",
            "report",
            attaches=True,
        ),
        ReportKind(
            "ofac_blocking",
            frozenset({"block", "report"}),
            "blocking",
            "application/json",
            "json",
            "sanctions",
        ),
        ReportKind(
            "ofac_annual",
            frozenset(),
            "annual",
            "application/json",
            "json",
            "sanctions",
        ),
    )
}
