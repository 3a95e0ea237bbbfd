"""Ask an authority's own schema file, where the house has one, whether a file fits it.

The files are the authorities' and do not come with this program: FinCEN's is a work of the United
States' government, and is published without its base schema; each unit that runs goAML gives its
own to those who report to it. The setting says where they lie.
"""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.compliance.reporting.errors import SchemaUnusable
from gateway.compliance.reporting.structure import XmlRefused, parsed

if TYPE_CHECKING:
    import xmlschema

MOST_FLAWS: Final = 50
MAX_BYTES: Final = 20 * 1024 * 1024


def schema_check(xml: bytes, *, schema: Path) -> list[str]:
    """Everything that the schema refuses, in its words; the first 50.

    Raises:
        SchemaUnusable: the file is not there, can't be read, or points to something else.
        XmlRefused
    """
    tree = parsed(xml)
    content = schema_bytes(schema)
    flaws = []
    for error in _read(content).iter_errors(tree):
        flaws.append(f"{error.path}: {error.reason}")
        if len(flaws) == MOST_FLAWS:
            break
    return flaws


def schema_bytes(schema: Path) -> bytes:
    """Raises SchemaUnusable."""
    try:
        content = schema.read_bytes()
    except OSError as error:
        raise SchemaUnusable(f"{schema} can't be read: {error.strerror}.") from error
    if len(content) > MAX_BYTES:
        raise SchemaUnusable(f"{schema} is too large.")
    return content


def schema_named(schema: Path) -> str:
    """Which schema it is, to be written down with what was checked by it. Raises SchemaUnusable."""
    return sha256(schema_bytes(schema)).hexdigest()


@lru_cache(maxsize=4)
def _read(content: bytes) -> "xmlschema.XMLSchema11":
    """No document type, so no entity; nothing is opened that the file points to.

    By XSD 1.1, which FinCEN's and goAML's files ask for (``vc:minVersion``): a reader of 1.0 takes
    them for empty.
    """
    # Read here: only who checks a report needs it, and it is slow to come.
    import xmlschema

    try:
        parsed(content)
        schema = xmlschema.XMLSchema11(content, allow="none", defuse="always")
    except (XmlRefused, xmlschema.XMLSchemaException, OSError) as error:
        raise SchemaUnusable(f"The schema can't be used: {error}.") from error
    if not schema.elements:
        raise SchemaUnusable("The schema describes no file.")
    return schema
