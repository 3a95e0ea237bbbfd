"""What a report begins with: all that the case's evidence and the books say, and nothing else."""

from collections.abc import Sequence
from datetime import datetime
from json import loads
from typing import Any, Final
from uuid import UUID

from gateway.chains.models import Deposit
from gateway.compliance.alerts.abouts import about_of
from gateway.compliance.alerts.canonical import canonical
from gateway.compliance.cases.gathering import money_facts
from gateway.compliance.cases.models import Case, CaseSnapshot
from gateway.compliance.knowing.errors import SubjectErased, SubjectUnknown
from gateway.compliance.knowing.fields import subject_fields
from gateway.compliance.knowing.models import BusinessFile, Subject
from gateway.compliance.models import Hold
from gateway.compliance.reporting.answers import MANY, Answer
from gateway.compliance.reporting.booked import KEPT, RECEIVED, lines_of
from gateway.compliance.reporting.content import Content
from gateway.compliance.reporting.due import WASHINGTON
from gateway.compliance.reporting.money_lines import (
    MoneyLine,
    plain_decimal,
    total_at_par,
    whole_units_up,
)
from gateway.compliance.reporting.questions import QUESTIONS
from gateway.compliance.sealed.sealing import opened
from gateway.money.amounts import format_amount

BOOKS: Final = "ledger"
SHOWN: Final = 20
"""Payments that are told one by one."""


def case_content(kind: str, *, case: Case, snapshot: CaseSnapshot, currency: str) -> Content:
    """A first version of a report about a case. A dozen queries.

    Args:
        currency: in which the authority wants amounts.
    """
    evidence = opened(snapshot.evidence)
    deposits = evidence["deposits"]
    kinds = KEPT if kind == "ofac_blocking" else RECEIVED
    money = lines_of([UUID(one["id"]) for one in deposits], kinds=kinds)
    draft = _Draft(kind, evidence, money, source=f"case:{snapshot.id}", currency=currency)
    if kind == "fincen_sar":
        draft.suspicion(case)
    elif kind == "goaml":
        draft.unit(case)
    else:
        draft.blocking()
    named = {"id": str(snapshot.id), "sha256": bytes(snapshot.content_hash).hex()}
    return Content(answers=draft.answers, money=tuple(money), snapshot=named)


def year_content(*, mode: str, as_of: datetime, currency: str) -> Content:
    """A first version of a yearly report: one line for each payment that was kept by its moment and
    is still. Half a dozen queries."""
    kept = Hold.objects.filter(
        verdict__state="blocked", opened_at__lte=as_of, approved_at__isnull=False
    )
    ids = list(kept.values_list("deposit_id", flat=True))
    deposits = Deposit.objects.filter(id__in=ids, chain__mode=mode).select_related("chain")
    evidence = loads(canonical(money_facts(list(deposits.order_by("id")))))
    money = lines_of([UUID(one["id"]) for one in evidence["deposits"]], kinds=KEPT)
    draft = _Draft("ofac_annual", evidence, money, source="house", currency=currency)
    draft.blocking()
    return Content(answers=draft.answers, money=tuple(money))


class _Draft:
    def __init__(
        self,
        kind: str,
        evidence: dict[str, Any],
        money: Sequence[MoneyLine],
        *,
        source: str,
        currency: str,
    ) -> None:
        self.answers: dict[str, Answer] = {}
        self._asked = {
            f"{group.name}.{question.name}": question
            for group in QUESTIONS[kind]
            for question in group.questions
        }
        self._evidence = evidence
        self._money = money
        self._source = source
        self._currency = currency

    def suspicion(self, case: Case) -> None:
        """A SAR: whom it is about, when, how much, and the bare facts for the narrative."""
        self._count("subject", 1)
        self._say("filing.type", "initial", "house")
        self._subject(case, prefix="subject.1.")
        self._attach()
        days = sorted(one["first_block_time"][:10] for one in self._evidence["deposits"])
        if days:
            self._say("activity.first_day", days[0])
            self._say("activity.last_day", days[-1] if days[-1] != days[0] else "")
        total = total_at_par(self._money, currency=self._currency)
        if total is not None:
            self._say("activity.amount_is", "known", BOOKS)
            self._say("activity.dollars", whole_units_up(total), BOOKS)
            self._say("activity.basis", self._basis(), BOOKS)
        self._say("story.narrative", self._facts())

    def unit(self, case: Case) -> None:
        """A report to a unit that runs goAML: the payments, or the bare activity."""
        deposits = self._evidence["deposits"][:SHOWN]
        self._count("subject", 1)
        self._count("transaction", len(deposits))
        self._say("filing.with", "transactions" if deposits else "activity", "house")
        self._attach()
        self._subject(case, prefix="subject.1.")
        known = self._evidence["known"].get("shop") or {}
        for number, one in enumerate(deposits, start=1):
            prefix = f"transaction.{number}."
            self._say(f"{prefix}number", one["tx_hash"])
            self._say(f"{prefix}day", one["first_block_time"][:10])
            self._say(f"{prefix}payer_account", one["sender"])
            self._say(f"{prefix}payee_name", known.get("name", ""))
            lines = [line for line in self._money if line.deposit_id == one["id"]]
            total = total_at_par(lines, currency=self._currency)
            if total is not None:
                self._say(f"{prefix}amount", plain_decimal(total), BOOKS)
                self._say(f"{prefix}basis", self._basis(lines), BOOKS)
            self._say(f"{prefix}description", self._payment(one))
        self._say("story.reason", self._facts())

    def blocking(self) -> None:
        """Each payment that is kept, with whom the list names as its owner."""
        deposits = {one["id"]: one for one in self._evidence["deposits"]}
        kept = [
            hold
            for hold in self._evidence["holds"]
            if hold["state"] == "blocked" and hold["deposit_id"] in deposits
        ]
        self._count("property", max(1, len(kept)))
        for number, hold in enumerate(kept, start=1):
            deposit = deposits[hold["deposit_id"]]
            lines = [line for line in self._money if line.deposit_id == deposit["id"]]
            self._property(number, hold, deposit, lines)
        if kept and "case" in self._evidence:
            first = deposits[kept[0]["deposit_id"]]
            self._say("transaction.day", first["first_block_time"][:10])
            self._say("transaction.reference", first["tx_hash"])
            self._say(
                "transaction.parties",
                f"From {first['sender']} (signed by {first['tx_sender']}) to {first['address']}.",
            )
            self._say("transaction.story", self._facts())

    def _property(
        self,
        number: int,
        hold: dict[str, Any],
        deposit: dict[str, Any],
        lines: Sequence[MoneyLine],
    ) -> None:
        prefix = f"property.{number}."
        matches = [
            match
            for verdict in self._evidence["verdicts"]
            if verdict["deposit_id"] == deposit["id"]
            for match in verdict["matches"]
            if match.get("source")
        ]
        if matches:
            self._say(f"{prefix}target", matches[0]["name"])
            self._say(f"{prefix}owner", matches[0]["name"])
            self._say(f"{prefix}authority", f"{matches[0]['source']}: {matches[0]['program']}")
        self._say(f"{prefix}description", self._payment(deposit))
        self._say(f"{prefix}account", deposit["address"])
        blocked = datetime.fromisoformat(hold["opened_at"]).astimezone(WASHINGTON)
        self._say(f"{prefix}blocked_on", blocked.date().isoformat())
        if lines:
            self._say(f"{prefix}quantity", _amounts(lines), BOOKS)
        total = total_at_par(lines, currency=self._currency)
        if total is not None:
            self._say(f"{prefix}dollars", plain_decimal(total), BOOKS)
            self._say(f"{prefix}valued", "actual", BOOKS)
            self._say(f"{prefix}basis", self._basis(lines), BOOKS)

    def _subject(self, case: Case, *, prefix: str) -> None:
        """Whom the case is about, as far as anybody said so."""
        about = about_of(case.about)
        subject_id = UUID(about.id) if about.kind == "subject" else None
        if about.kind == "shop":
            files = BusinessFile.objects.filter(shop_id=UUID(about.id))
            subject_id = files.values_list("company_id", flat=True).first()
        if subject_id is None:
            if about.kind in ("deposit", "address"):
                self._say(f"{prefix}who", "unknown")
            return
        try:
            told = subject_fields(subject_id)
        except (SubjectErased, SubjectUnknown):
            return
        kind = Subject.objects.values_list("kind", flat=True).get(id=subject_id)
        self._say(f"{prefix}who", kind)
        name = told.get("identity_name") or told.get("name", "")
        self._say(f"{prefix}last_name", name)
        self._say(f"{prefix}company", name if kind == "company" else "")
        self._say(f"{prefix}born", told.get("identity_date_of_birth") or told.get("date_of_birth"))
        self._say(f"{prefix}street", told.get("address"))
        self._say(f"{prefix}country", told.get("country"))
        self._say(f"{prefix}nationality", told.get("nationality"))
        self._say(f"{prefix}incorporation_number", told.get("registration"))
        self._say(f"{prefix}website", told.get("website"))
        self._say(f"{prefix}relationship", "customer")

    def _attach(self) -> None:
        """All transfers go along, if there are any: whoever fills it in may say otherwise."""
        attached = "transfers" if self._evidence["deposits"] else "none"
        self._say("filing.attachment", attached, "house")

    def _facts(self) -> str:
        """The bare facts, for a person to make a story of."""
        case = self._evidence["case"]
        lines = [f"Case {_reference(case['id'])}, opened {case['opened_at'][:10]} (UTC)."]
        kinds = sorted({alert["kind"].replace("_", " ") for alert in self._evidence["alerts"]})
        lines.append(f"Noticed: {', '.join(kinds)}.")
        deposits = self._evidence["deposits"]
        lines += [self._payment(one) for one in deposits[:SHOWN]]
        if len(deposits) > SHOWN:
            lines.append(f"And {len(deposits) - SHOWN} more payments.")
        return "\n".join(lines)

    def _payment(self, deposit: dict[str, Any]) -> str:
        lines = [line for line in self._money if line.deposit_id == deposit["id"]]
        amount = _amounts(lines) if lines else f"{deposit['asset']}"
        moment = deposit["first_block_time"][:16].replace("T", " ")
        return (
            f"{amount} on chain {deposit['chain']}, {moment} UTC, from {deposit['sender']}"
            f" to {deposit['address']}, transaction {deposit['tx_hash']}."
        )

    def _basis(self, lines: Sequence[MoneyLine] | None = None) -> str:
        counted = self._money if lines is None else lines
        tokens = sorted({line.asset for line in counted})
        return (
            f"Books: {len(counted)} entries, {', '.join(tokens)}; tokens pegged to"
            f" {self._currency} count one for one."
        )[:500]

    def _say(self, name: str, value: str | None, source: str = "") -> None:
        """Answer a question of this kind of report; what another kind asks is left out."""
        question = self._asked.get(_shape(name))
        if value and question is not None:
            self.answers[name] = Answer(value[: question.most], source or self._source)

    def _count(self, group: str, count: int) -> None:
        self.answers[group + MANY] = Answer(str(count), "house")


def _shape(name: str) -> str:
    """The question of an answer: ``subject.1.born`` is ``subject.born``."""
    parts = name.split(".")
    return f"{parts[0]}.{parts[-1]}"


def _amounts(lines: Sequence[MoneyLine]) -> str:
    return ", ".join(
        f"{format_amount(line.amount, trim=True)} {line.amount.asset.symbol}" for line in lines
    )


def _reference(case_id: str) -> str:
    plain = case_id.replace("-", "")
    return f"{plain[-8:-4]}-{plain[-4:]}".upper()
