"""Whatever a history can tell has a word of its own, in both languages.

The codes are read out of the source that writes them, so that a new one cannot be forgotten: a word
made of its code ("Requoted") is English on a Chinese page.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import translation

from gateway.custody.approvals.kinds import kinds
from merchants.audit.acts import ACTS
from merchants.dashboard.approvals import wording as approvals
from merchants.dashboard.audit_words import act_word
from merchants.dashboard.desk.entry_words import entry_kind_word
from merchants.dashboard.wording import entry_word, event_sign

HAN = re.compile("[\u4e00-\u9fff]")
TYPE = re.compile(r"invoice\.[a-z_]+")


def trees(folder: str) -> Iterator[ast.Module]:
    for source in sorted((settings.BASE_DIR / folder).rglob("*.py")):
        yield ast.parse(source.read_text())


def named_points(tree: ast.AST) -> set[int]:
    """Where a place is named at which a test kills us: no event, though it may look like one."""
    return {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "point"
        and node.args
    }


def invoice_events() -> set[str]:
    found: set[str] = set()
    for tree in trees("gateway/invoices"):
        points = named_points(tree)
        found.update(
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and TYPE.fullmatch(node.value)
            and id(node) not in points
        )
    return found


def entry_kinds() -> set[str]:
    """Of one way or the other, too: ``kind="this" if … else "that"``."""
    return {
        part.value
        for tree in trees("gateway/ledger")
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "kind"
        for part in ast.walk(node.value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def words_of(code: str) -> list[str]:
    with translation.override("zh-hans"):
        if TYPE.fullmatch(code):
            return [event_sign(code).word]
        return [entry_word(code), entry_kind_word(code), entry_word(f"{code}_reversed")]


def test_the_source_tells_what_can_happen():
    """Should these come to nothing, the tests below would test nothing."""
    assert {"invoice.requoted", "invoice.paid", "invoice.order_settled"} <= invoice_events()
    assert {"payout_converted", "card_taken_off", "payout_left"} <= entry_kinds()


def test_every_code_of_a_history_has_a_word_in_chinese():
    """A code without words would be shown as its own letters, in any language."""
    told = {code: words_of(code) for code in sorted(invoice_events() | entry_kinds())}
    assert {code: words for code, words in told.items() if not all(map(HAN.search, words))} == {}


def test_every_act_has_a_word_in_chinese():
    with translation.override("zh-hans"):
        assert [act for act in ACTS if not HAN.search(act_word(act))] == []


def test_every_kind_of_act_that_people_decide_has_its_words():
    tree = ast.parse(Path(approvals.__file__).read_text())
    named = {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.MatchValue) and isinstance(node.value, ast.Constant)
    }
    assert sorted(set(kinds()) - named) == []
