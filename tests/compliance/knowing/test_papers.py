"""Papers: what is taken in, what is refused, who decides, and when they are forgotten."""

import io
import socket
import struct
import threading
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from reportlab.pdfgen.canvas import Canvas

from gateway.compliance.knowing import inspecting
from gateway.compliance.knowing.erasing import subject_erase
from gateway.compliance.knowing.errors import (
    FileRefused,
    FileWithUs,
    NothingSubmitted,
    PaperRefused,
    PaperUnknown,
    ScannerSilent,
    SubjectErased,
    SubjectUnknown,
)
from gateway.compliance.knowing.files import file_submit
from gateway.compliance.knowing.inspecting import inspected
from gateway.compliance.knowing.legal_holds import legal_hold_place
from gateway.compliance.knowing.models import IdentityProof, Paper, PaperContent
from gateway.compliance.knowing.papers import paper_add, paper_decide, paper_read, papers_forget
from gateway.events.ids import uuid7
from tests.as_web import as_web
from tests.compliance.knowing.place import NOW, again, filled, named, opened

JPEG = "image/jpeg"


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 400), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 90)).save(out, format=kind, **options)
    return out.getvalue()


def pdf(pages: int = 1) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for number in range(pages):
        canvas.drawString(72, 720, f"Page {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _named(entries: dict[str, Any]) -> dict[Any, Any]:
    return {NameObject(name): value for name, value in entries.items()}


def acting(how: str) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    launch = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/Type"): NameObject("/Action")}
    )
    match how:
        case "a script":
            action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
            names = ArrayObject([TextStringObject("x"), DictionaryObject(_named(action))])
            writer.root_object[NameObject("/Names")] = DictionaryObject(
                {NameObject("/JavaScript"): DictionaryObject({NameObject("/Names"): names})}
            )
        case "a file inside":
            writer.add_attachment("x.exe", b"MZ")
        case "a program on a link":
            link = DictionaryObject(
                {NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): launch}
            )
            page[NameObject("/Annots")] = ArrayObject([writer._add_object(link)])
        case "a program that nothing leads to":
            writer._add_object(launch)
        case "something on each page":
            page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): launch})
        case "a program when it opens":
            writer.root_object[NameObject("/OpenAction")] = launch
        case "a form of another kind":
            writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
                {NameObject("/XFA"): TextStringObject("<xdp/>")}
            )
        case "a name that is spelled otherwise":
            plain = written_js()
            return plain.replace(b"/JavaScript", b"/J#61vaScript")
    return written(writer)


def written_js() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript")})
    writer._add_object(action)
    return written(writer)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_an_image_is_drawn_anew_as_a_jpeg(kind: str) -> None:
    kept = inspected(picture(kind))
    assert (kept.media, kept.pages) == (JPEG, 1)
    with Image.open(io.BytesIO(kept.content)) as image:
        assert (image.format, image.size) == ("JPEG", (640, 400))


def test_nothing_that_lay_behind_or_in_the_head_of_an_image_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "Taken at home"
    upload = picture(exif=exif.tobytes()) + b"PK\x03\x04<script>alert(1)</script>"
    kept = inspected(upload).content
    assert b"home" not in kept and b"script" not in kept and b"PK\x03\x04" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()


def test_an_image_that_lies_on_its_side_is_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(inspected(picture(exif=exif.tobytes())).content)) as image:
        assert image.size == (400, 640)


def test_a_large_photo_is_made_smaller() -> None:
    with Image.open(io.BytesIO(inspected(picture(size=(6000, 4000))).content)) as image:
        assert image.size == (3000, 2000)


def test_a_pdf_is_kept_as_it_came() -> None:
    upload = pdf(3)
    kept = inspected(upload)
    assert (kept.media, kept.pages, kept.content) == ("application/pdf", 3, upload)


def test_a_pdf_may_open_at_one_of_its_pages() -> None:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    there = ArrayObject([page.indirect_reference, NameObject("/Fit")])
    writer.root_object[NameObject("/OpenAction")] = there
    writer.root_object[NameObject("/Count")] = NumberObject(1)
    assert inspected(written(writer)).pages == 1


@pytest.mark.parametrize(
    "how",
    [
        *("a script", "a file inside", "a program on a link", "a program that nothing leads to"),
        *("something on each page", "a program when it opens", "a form of another kind"),
        "a name that is spelled otherwise",
    ],
)
def test_a_pdf_in_which_something_acts_is_refused(how: str) -> None:
    with pytest.raises(PaperRefused) as refused:
        inspected(acting(how))
    assert refused.value.code == "paper_active"


def test_a_locked_pdf_is_refused() -> None:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="RC4-128")
    with pytest.raises(PaperRefused) as refused:
        inspected(written(writer))
    assert refused.value.code == "paper_locked"


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (b"", "paper_empty"),
        (b"hello", "paper_unknown_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "paper_unknown_kind"),
        (b"GIF89a" + b"\0" * 100, "paper_unknown_kind"),
        (b"\xff\xd8\xff\xe0 no more", "paper_unreadable"),
        (b"\x89PNG\r\n\x1a\n no more", "paper_unreadable"),
        (b"%PDF-1.7 no more", "paper_unreadable"),
        (b" " + pdf(), "paper_unknown_kind"),
        (picture(size=(100, 900)), "paper_too_small"),
        (pdf(31), "paper_too_long"),
        (b"%PDF-" + b"x" * inspecting.MAX_BYTES, "paper_too_large"),
    ],
)
def test_what_is_no_paper_is_refused_by_what_it_is(upload: bytes, code: str) -> None:
    with pytest.raises(PaperRefused) as refused:
        inspected(upload)
    assert refused.value.code == code


@pytest.mark.parametrize("side", [8_000, 15_000])
def test_a_picture_that_unpacks_to_too_much_is_refused_by_its_head(side: int) -> None:
    """A few kB of PNG that would be 900 MB in memory."""
    head = picture("PNG")
    huge = bytearray(head)
    huge[16:24] = struct.pack(">II", side, side)
    huge[29:33] = struct.pack(">I", zlib.crc32(bytes(huge[12:29])))
    with pytest.raises(PaperRefused) as refused:
        inspected(bytes(huge))
    assert refused.value.code == "paper_too_large"


# --- kept ----------------------------------------------------------------------------------------


def sent(file: Any, *, kind: str = "proof_of_address", subject: Any = None, **more: Any) -> Paper:
    return paper_add(
        **{
            "shop_id": file.shop_id,
            "subject_id": subject.id if subject else file.company_id,
            "kind": kind,
            "upload": picture(),
            "by": "user:o",
            "now": NOW,
            **more,
        }
    )


def decided(paper: Paper, *, accepted: bool = True, reason: str = "") -> Paper:
    return paper_decide(
        paper_id=paper.id, accepted=accepted, reason=reason, by="user:officer", now=NOW
    )


@pytest.mark.django_db
def test_a_paper_is_kept_sealed_and_read_again() -> None:
    file = opened()
    paper = sent(file, upload=pdf())
    assert (paper.state, paper.scan, paper.pages) == ("waiting", "not_scanned", 1)
    assert b"%PDF" not in bytes(PaperContent.objects.get().box)
    assert paper_read(paper.id)[1] == pdf()
    assert sent(file, upload=pdf()).id == paper.id


@pytest.mark.django_db
def test_papers_make_a_standard_file_complete_once_they_are_accepted() -> None:
    file, _ = filled(level_wanted="standard")
    assert [key.split(":")[1] for key in again(file).due] == ["missing", "missing"]
    papers = [
        sent(file, kind=kind, upload=pdf(number))
        for number, kind in enumerate(("registration_extract", "proof_of_address"), start=1)
    ]
    assert [key.split(":")[1] for key in again(file).due] == ["waiting", "waiting"]
    file_submit(shop_id=file.shop_id, by="user:o", now=NOW)
    with pytest.raises(FileWithUs):
        sent(file, upload=pdf(3))
    decided(papers[0])
    decided(papers[1], accepted=False, reason="too_old")
    assert again(file).due == ["paper_proof_of_address:rejected"]
    with pytest.raises(NothingSubmitted):
        decided(papers[0])


@pytest.mark.django_db
def test_a_rejection_needs_a_reason_that_the_shop_understands() -> None:
    paper = sent(opened())
    with pytest.raises(FileRefused):
        decided(paper, accepted=False, reason="because")
    with pytest.raises(PaperUnknown):
        paper_decide(paper_id=uuid7(), accepted=True, reason="", by="x", now=NOW)


@pytest.mark.django_db
def test_an_accepted_passport_is_a_proof_of_identity_and_is_forgotten_soon() -> None:
    file = opened()
    ann = named(file.shop_id)
    paper = sent(file, kind="identity_document", subject=ann)
    assert f"identity:{ann.id}:waiting" in again(file).due
    decided(paper)
    assert IdentityProof.objects.get().state == "verified"
    assert papers_forget(now=NOW + timedelta(days=29)) == 0
    assert papers_forget(now=NOW + timedelta(days=31)) == 1
    with pytest.raises(PaperUnknown):
        paper_read(paper.id)
    assert Paper.objects.get().state == "accepted"


@pytest.mark.django_db
def test_a_rejected_paper_is_forgotten_unless_the_law_keeps_it() -> None:
    file = opened()
    decided(sent(file), accepted=False, reason="unreadable")
    hold = {"by": "officer", "reason": "a court's order", "now": NOW}
    legal_hold_place(about=f"subject:{file.company_id}", **hold)
    assert papers_forget(now=NOW + timedelta(days=91)) == 0


@pytest.mark.django_db
def test_the_same_paper_after_a_rejection_is_a_new_one() -> None:
    file = opened()
    first = sent(file)
    decided(first, accepted=False, reason="too_old")
    assert sent(file).id != first.id


@pytest.mark.django_db
def test_an_erased_subjects_papers_can_not_be_read() -> None:
    file = opened()
    paper = sent(file)
    subject_erase(subject_id=file.company_id, now=NOW)
    with pytest.raises(SubjectErased):
        paper_read(paper.id)


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["a passport of the business", "a bill of a person", "a stranger"])
def test_a_paper_is_about_whom_it_can_be_about(case: str) -> None:
    file = opened()
    ann, (_, other) = named(file.shop_id), filled()
    kind, subject = {
        "a passport of the business": ("identity_document", None),
        "a bill of a person": ("proof_of_address", ann),
        "a stranger": ("identity_document", other),
    }[case]
    with pytest.raises((FileRefused, SubjectUnknown)):
        sent(file, kind=kind, subject=subject)


@pytest.mark.django_db
def test_the_web_sends_its_own_shops_papers_and_reads_no_others() -> None:
    file, other = opened(), opened()
    theirs = sent(other)
    with as_web(file.shop_id):
        sent(file, upload=pdf(2))
        assert Paper.objects.count() == 1
        with pytest.raises(PaperUnknown):
            paper_read(theirs.id)


# --- the scanner ---------------------------------------------------------------------------------


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A scanner that speaks clamd's INSTREAM and finds EICAR."""
    address = tmp_path / "clamd.sock"
    told: dict[str, Any] = {"address": str(address), "seen": [], "answer": None}
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(address))
    server.listen()

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client, client.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack(">I", stream.read(4))[0]:
                    content += stream.read(size)
                told["seen"].append(content)
                found = b"EICAR" in content
                answer = told["answer"] or (b"stream: Eicar FOUND" if found else b"stream: OK")
                client.sendall(answer + b"\0")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with override_settings(KNOWING={"clamd": str(address)}):
        yield told
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


@pytest.mark.django_db
def test_a_scanner_sees_what_came_and_says_so_on_the_paper(clamd: dict[str, Any]) -> None:
    assert sent(opened(), upload=pdf()).scan == "clean"
    assert clamd["seen"] == [pdf()]


@pytest.mark.django_db
def test_what_the_scanner_finds_is_not_kept(clamd: dict[str, Any]) -> None:
    with pytest.raises(PaperRefused) as refused:
        sent(opened(), upload=picture() + b"EICAR")
    assert refused.value.code == "paper_infected" and not Paper.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR", b"?"])
def test_a_scanner_that_is_silent_or_confused_lets_nothing_in(
    answer: bytes, clamd: dict[str, Any]
) -> None:
    clamd["answer"] = answer
    with pytest.raises(ScannerSilent):
        sent(opened())
    with override_settings(KNOWING={"clamd": "/nowhere/clamd.sock"}), pytest.raises(ScannerSilent):
        sent(opened())
    assert not Paper.objects.exists()
