"""`manage.py approvals`: what needs two people, for who has a shell and no browser."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from gateway.custody.approvals.models import Act
from gateway.custody.approvals.selectors import act_get, acts_open
from gateway.custody.approvals.services import act_agree, act_cancel, act_reject
from gateway.events.errors import TillwayError
from gateway.market.resuming import desk_resume_propose
from merchants.accounts.models import User
from merchants.accounts.selectors import can, roles_of
from merchants.dashboard.approvals.deciding import say_of
from merchants.dashboard.approvals.own_shop import check_act_not_own


class Command(BaseCommand):
    help = (
        "List what waits for two people; approve, reject or cancel it, or ask to let the desk go."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list")
        for verb in ("agree", "reject", "cancel"):
            one = verbs.add_parser(verb)
            one.add_argument("act", type=UUID)
            one.add_argument("--by", required=True, help="the email address of who says so")
            if verb != "agree":
                one.add_argument("--reason", required=True)
        resume = verbs.add_parser("resume-desk")
        resume.add_argument("--asset", default="", help="an asset's code; unset: the whole desk")
        resume.add_argument("--by", required=True, help="the email address of who proposes it")
        resume.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["verb"] == "list":
                for act in acts_open():
                    self._show(act)
            else:
                self._show(self._said(_person(options["by"]), options))
        except TillwayError as refused:
            raise CommandError(f"{refused.message} {refused.hint}".strip()) from refused

    def _said(self, person: User, options: dict[str, Any]) -> Act:
        if options["verb"] == "resume-desk":
            if not can(person, "desk.resume"):
                raise CommandError(f"{person.email} may not propose this.")
            return desk_resume_propose(
                asset=options["asset"], reason=options["reason"], by=person.pk
            )
        act = act_get(act_id=options["act"])
        say = say_of(act, person=person.pk, roles=roles_of(user=person, shop_id=act.shop_id))
        if not {"agree": say.agree, "reject": say.reject, "cancel": say.cancel}[options["verb"]]:
            raise CommandError(f"{person.email} may not say this.")
        if options["verb"] == "agree":
            if act.decider == "house":
                check_act_not_own(person, act)
            return act_agree(act_id=act.id, by=person.pk)
        verb = act_reject if options["verb"] == "reject" else act_cancel
        return verb(act_id=act.id, by=person.pk, reason=options["reason"])

    def _show(self, act: Act) -> None:
        then = f", not before {act.not_before:%Y-%m-%d %H:%M:%S}" if act.not_before else ""
        self.stdout.write(f"{act.id} {act.kind} {act.subject} {act.state}{then}: {act.payload}")


def _person(email: str) -> User:
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise CommandError(f"There is nobody with the address {email}.")
    return person
