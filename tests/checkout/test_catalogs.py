"""Both languages are complete, and what is compiled is what is written."""

import ast
import gettext
import io
import re

import pytest
from django.conf import settings

from gateway.checkout.catalogs import read_po, write_mo

FOLDER = settings.BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES"
CALLS = {"_", "gettext", "gettext_lazy", "ngettext"}
FIELD = re.compile(r"%\(\w+\)[sd]")


def _in_templates() -> set[str]:
    found: set[str] = set()
    for template in (settings.BASE_DIR / "templates").rglob("*.html"):
        if "styleguide" in template.parts:
            continue
        text = template.read_text()
        for match in re.finditer(r"{%\s*translate\s+(\"[^\"]*\"|'[^']*')", text):
            found.add(match[1][1:-1])
        found.update(re.findall(r"=_\(\"([^\"]*)\"\)", text))
        blocks = r"{%\s*blocktranslate.*?%}(.*?){%\s*endblocktranslate\s*%}"
        for match in re.finditer(blocks, text, re.DOTALL):
            first = re.split(r"{%\s*plural\s*%}", match[1])[0].replace("%", "%%")
            found.add(re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", first))
    return found


def _in_python() -> set[str]:
    found: set[str] = set()
    for root in ("gateway", "merchants"):
        for source in (settings.BASE_DIR / root).rglob("*.py"):
            for node in ast.walk(ast.parse(source.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in CALLS
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                ):
                    found.add(node.args[0].value)
    return found


def _chinese():
    return read_po((FOLDER / "django.po").read_text("utf-8"))


def test_every_word_has_its_chinese():
    written = {entry.message for entry in _chinese() if any(entry.translations.values())}
    assert sorted((_in_templates() | _in_python()) - written) == []


def test_no_chinese_is_left_over():
    used = _in_templates() | _in_python() | {""}
    assert sorted(entry.message for entry in _chinese() if entry.message not in used) == []


def test_a_translation_names_the_same_fields_as_its_message():
    for entry in _chinese():
        for text in entry.translations.values():
            assert set(FIELD.findall(text)) == set(FIELD.findall(entry.message)), entry.message


def test_the_compiled_catalogue_is_the_written_one():
    assert (FOLDER / "django.mo").read_bytes() == write_mo(_chinese())


def test_gettext_itself_reads_what_we_compile():
    catalogue = gettext.GNUTranslations(io.BytesIO(write_mo(_chinese())))
    assert catalogue.gettext("Paid") == "已支付"
    one, many = "%(counter)s payment", "%(counter)s payments"
    assert catalogue.ngettext(one, many, 3) == "%(counter)s 笔付款"


def test_a_message_that_stands_twice_is_refused() -> None:
    """Only the last of two would ever be shown, and whoever changes the first wonders."""
    with pytest.raises(ValueError, match="'Shop' stands twice"):
        read_po('msgid "Shop"\nmsgstr "a"\n\nmsgid "Shop"\nmsgstr "b"\n')
