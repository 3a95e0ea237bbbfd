"""A shop's owner goes step by step from nothing to handed in; officers decide on their own page."""

from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gateway.compliance.knowing.facts import file_opened
from gateway.compliance.knowing.gate import level_of
from gateway.compliance.knowing.inspecting import MAX_BYTES
from gateway.compliance.knowing.models import BusinessFile, FileDecision, IdentityProof, Paper
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree
from gateway.shops.models import Shop
from gateway.shops.selectors import shop_view
from tests.checkout.test_views import assert_strict
from tests.compliance.knowing.place import verified
from tests.compliance.knowing.test_papers import acting, pdf, picture
from tests.custody.approvals.conftest import delay_passed
from tests.faces import Staff
from tests.merchants.house.test_holds import second_officer

pytestmark = pytest.mark.django_db
BUSINESS = {
    "name": "Bäckerei Arbor GmbH",
    "legal_form": "limited_company",
    "registration": "HRB 12345",
    "country": "DE",
    "address": "Hauptstr. 1\n10115 Berlin",
    "website": "",
    "mcc": "5462",
    "expected_monthly": "8 000",
    "sells_to": "Germany, Österreich, CH",
}
ANN = {
    "name": "Ann Arbor",
    "date_of_birth": "1980-02-29",
    "nationality": "DE",
    "country": "DE",
    "address": "Hauptstr. 1, 10115 Berlin",
    "roles": ["controller", "director", "owner"],
    "politically_exposed": "no",
}


class Face:
    """The pages of one shop, for one person."""

    def __init__(self, staff: Staff, role: str = "owner") -> None:
        self.shop_id: UUID = staff.world.shop_id
        self.client: Client = staff.client(role)

    def get(self, page: str = "", status: int = 200) -> str:
        answer = self.client.get(f"/dashboard/{self.shop_id}/verification{page}")
        assert answer.status_code == status, (page, answer.status_code)
        if status == 200:
            assert_strict(answer)
        return str(answer.content.decode())

    def post(self, page: str, typed: dict[str, Any], status: int = 302) -> str:
        answer = self.client.post(f"/dashboard/{self.shop_id}/verification{page}", typed)
        assert answer.status_code == status, (page, answer.content.decode()[:4000])
        return str(answer.content.decode())

    @property
    def file(self) -> BusinessFile:
        return BusinessFile.objects.get(shop_id=self.shop_id)

    def send(self, kind: str, content: bytes, status: int = 302, about: str = "") -> str:
        upload = SimpleUploadedFile("whatever.exe", content, content_type="text/html")
        return self.post(
            "/papers/send", {"kind": kind, "about": about, "paper": upload}, status=status
        )


@pytest.fixture
def owner(staff: Staff) -> Face:
    return Face(staff)


@pytest.fixture
def ann(owner: Face) -> Any:
    owner.get()
    owner.post("/business", BUSINESS)
    owner.post("/people/new", ANN)
    (ann,) = file_opened(owner.file).people
    owner.post("/owners", {f"{owner.file.company_id}:{ann.id}": "100"})
    return ann


def test_the_whole_way_from_nothing_to_approved(owner: Face, ann: Any, staff: Staff) -> None:
    text = owner.get()
    assert "Ann Arbor: Proof of identity" in text and "Extract from the register" in text
    owner.send("identity_document", picture(), about=str(ann.id))
    owner.send("registration_extract", pdf())
    owner.send("proof_of_address", picture(size=(500, 500)))
    assert "Hand it in" in owner.get("/review")
    owner.post("/review", {})
    assert owner.file.status == "submitted"
    assert "handed this in" in owner.get("/business")

    officer = staff.client("compliance_officer")
    here = f"/house/verification/{owner.shop_id}"
    assert "Low risk" in officer.get("/house/verification").content.decode()
    page = officer.get(here)
    assert_strict(page)
    assert "HRB 12345" in page.content.decode()
    for paper in Paper.objects.all():
        seen = officer.get(f"/house/verification/papers/{paper.id}")
        assert seen.status_code == 200 and seen["X-Content-Type-Options"] == "nosniff"
        kept = "inline" if paper.media == "image/jpeg" else "attachment"
        assert seen["Content-Disposition"].startswith(kept)
        officer.post(here, {"do": "paper", "paper": str(paper.id), "accepted": "yes"})
    answer = officer.post(
        here, {"do": "approve", "reason": "all in order", "level": "standard"}, follow=True
    )
    assert "Approve a shop" in answer.content.decode()
    user, _client = second_officer()
    act = Act.objects.get(kind="shop_approval")
    act_agree(act_id=act.id, by=user.id)
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    assert Shop.objects.get(id=owner.shop_id).approved_at is not None
    assert level_of(shop=shop_view(shop_id=owner.shop_id), now=timezone.now()) == "standard"
    assert "Approved" in owner.get()
    assert "What was decided" in officer.get(here).content.decode()


def test_it_is_saved_at_each_step_and_can_be_gone_on_with(owner: Face) -> None:
    owner.get()
    owner.post("/business", {"name": "Arbor"})
    assert 'value="Arbor"' in owner.get("/business")
    owner.post("/business", {**BUSINESS, "name": "Arbor"})
    told = owner.get("/business")
    assert "Austria, Switzerland, Germany" in told and 'value="8000"' in told


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"sells_to": "Atlantis"}, "know one of these countries"),
        ({"expected_monthly": "many"}, "This is no amount"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(typed: dict[str, str], words: str, owner: Face) -> None:
    owner.get()
    text = owner.post("/business", {**BUSINESS, **typed}, status=422)
    assert words in text and 'aria-invalid="true"' in text
    assert "Bäckerei Arbor" in text


def test_a_person_is_changed_and_taken_out(owner: Face, ann: Any) -> None:
    assert 'value="1980-02-29"' in owner.get(f"/people/{ann.id}")
    owner.post(f"/people/{ann.id}", {**ANN, "name": "Ann Other"})
    assert "Ann Other" in owner.get("/people")
    assert "Choose at least one" in owner.post(f"/people/{ann.id}", {**ANN, "roles": []}, 422)
    assert "no date of birth" in owner.post("/people/new", {**ANN, "date_of_birth": "1.1.80"}, 422)
    owner.post(f"/people/{ann.id}/remove", {})
    assert "Nobody yet" in owner.get("/people")
    owner.get(f"/people/{ann.id}", status=404)


def test_owners_are_told_through_a_company_and_shown(owner: Face, ann: Any) -> None:
    owner.post(
        "/people/new?kind=company",
        {"name": "Top AG", "registration": "CH-1", "country": "CH", "address": "Zug"},
    )
    top = next(one for one in file_opened(owner.file).people if one.kind == "company")
    company = owner.file.company_id
    owner.post(
        "/owners",
        {f"{company}:{ann.id}": "", f"{company}:{top.id}": "1/3", f"{top.id}:{ann.id}": "51"},
    )
    text = owner.get("/owners")
    assert 'value="1/3"' in text and 'value="51"' in text
    assert "17 %" in text and "decides over 33.33 %" in text and "83 %" in text
    wrong = {f"{company}:{ann.id}": "70", f"{company}:{top.id}": "31"}
    assert "no more than all of it" in owner.post("/owners", wrong, 422)
    assert "Write a share like" in owner.post("/owners", {f"{company}:{ann.id}": "x"}, 422)
    owner.post("/owners", {f"{company}:nobody": "1"}, status=404)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a file first"),
        (b"<html>", "This is no photo and no PDF"),
        (acting("a script"), "holds scripts"),
    ],
)
def test_a_file_that_is_no_paper_is_refused_in_words(
    content: bytes, words: str, owner: Face
) -> None:
    owner.get()
    assert words in owner.send("proof_of_address", content, status=422)
    assert not Paper.objects.exists()


def test_a_file_that_is_too_large_is_not_even_read(owner: Face) -> None:
    owner.get()
    text = owner.send("proof_of_address", b"\xff\xd8\xff" + b"x" * (MAX_BYTES + 100_000), 413)
    assert "too large" in text
    owner.send("proof_of_address", b"\xff\xd8\xff" + b"x" * (MAX_BYTES + 10), status=400)


def test_a_paper_needs_the_forms_token(staff: Staff, owner: Face) -> None:
    owner.get()
    strict = staff.client("owner", enforce_csrf_checks=True)
    upload = SimpleUploadedFile("x", picture())
    path = f"/dashboard/{owner.shop_id}/verification/papers/send"
    answer = strict.post(path, {"kind": "proof_of_address", "paper": upload})
    assert answer.status_code == 403 and not Paper.objects.exists()


def test_no_other_page_takes_a_file(owner: Face) -> None:
    owner.get()
    owner.post("/business", {**BUSINESS, "file": SimpleUploadedFile("x", b"x")}, status=400)


def test_who_only_looks_changes_nothing_and_who_sells_sees_nothing(
    staff: Staff, owner: Face, ann: Any
) -> None:
    manager = Face(staff, "manager")
    assert "only the owner changes these" in manager.get("/business")
    for page, typed in (
        ("/business", BUSINESS),
        ("/owners", {}),
        ("/review", {}),
        ("/people/new", ANN),
        (f"/people/{ann.id}/remove", {}),
    ):
        manager.post(page, typed, status=403)
    Face(staff, "cashier").get(status=403)


def test_nothing_is_handed_in_while_something_is_missing(owner: Face, ann: Any) -> None:
    assert "Once nothing is missing" in owner.get("/review")
    assert "still missing" in owner.post("/review", {}, status=422)


def test_a_lower_level_asks_for_less(owner: Face, ann: Any) -> None:
    assert "Extract from the register" in owner.get()
    owner.post("/review", {"level": "basic"})
    assert "Extract from the register" not in owner.get()


def handed_in(owner: Face, ann: Any) -> None:
    owner.post("/review", {"level": "basic"})
    verified(ann)
    owner.post("/review", {})


def test_more_is_asked_for_and_the_shop_reads_only_the_note(
    owner: Face, ann: Any, staff: Staff
) -> None:
    handed_in(owner, ann)
    officer = staff.client("compliance_officer")
    here = f"/house/verification/{owner.shop_id}"
    typed = {"do": "more", "reason": "smells of smoke", "note": "Please name the second director."}
    assert officer.post(here, {**typed, "note": ""}).status_code == 422
    assert officer.post(here, typed).status_code == 302
    text = owner.get()
    assert "second director" in text and "smoke" not in text
    owner.post("/review", {})
    officer.post(here, {**typed, "do": "refuse"})
    assert owner.file.status == "refused"
    officer.post(here, {"do": "take_up", "reason": "a mistake of ours"})
    assert owner.file.status == "more_wanted"
    assert FileDecision.objects.count() == 3


def test_an_officer_decides_about_a_document_of_another_name(
    owner: Face, ann: Any, staff: Staff
) -> None:
    owner.post(f"/people/{ann.id}", {**ANN, "name": "Anna A."})
    verified(ann)
    proof = IdentityProof.objects.get()
    assert proof.state == "waiting"
    officer = staff.client("compliance_officer")
    here = f"/house/verification/{owner.shop_id}"
    assert "another name" in officer.get(here).content.decode()
    officer.post(here, {"do": "proof", "proof": str(proof.id), "accepted": "yes"})
    assert IdentityProof.objects.get().state == "verified"


def test_the_officers_pages_are_theirs_alone(owner: Face, ann: Any, staff: Staff) -> None:
    here = f"/house/verification/{owner.shop_id}"
    assert staff.client("operator").get(here).status_code == 403
    assert owner.client.get(here).status_code == 404
    officer = staff.client("compliance_officer")
    for path in ("?status=nothing", "/01a22a4b-2fcb-707f-9265-3dabc5e968a0"):
        assert officer.get(f"/house/verification{path}").status_code == 404
    assert officer.post(here, {"do": "dance"}).status_code == 404
    assert officer.post(here, {"do": "paper", "paper": "x"}).status_code == 404


def test_in_chinese_too(owner: Face, ann: Any) -> None:
    owner.client.get("/language?to=zh-hans")
    for page in ("", "/business", "/people", f"/people/{ann.id}", "/owners", "/identity"):
        assert 'lang="zh-hans"' in owner.get(page)
    assert "德国" in owner.get("/business")


def test_a_page_takes_few_queries(
    owner: Face, ann: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(22):
        owner.get()
