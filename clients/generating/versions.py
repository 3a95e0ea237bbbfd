"""The clients' version: the API's, so that a package says which contract it knows. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final

FIXES: Final = 0
"""Publications since the API's version last changed; 0 for the first one of it."""
OF_PACKAGE: Final = re.compile(r'^  "version": "[^"]*",$', re.MULTILINE)


def version_of(document: Mapping[str, Any]) -> str:
    """The first two numbers of the API's version, and which fix of the clients it is."""
    major, minor, _ = document["info"]["version"].split(".")
    return f"{int(major)}.{int(minor)}.{FIXES}"


def python_version(version: str) -> str:
    return (
        f'"""The client\'s version; the build reads it from here."""\n\n__version__ = "{version}"\n'
    )


def typescript_version(version: str) -> str:
    return f'/** The client\'s version. */\nexport const VERSION = "{version}";\n'


def package_with(package: str, *, version: str) -> str:
    """A ``package.json`` that says so."""
    return OF_PACKAGE.sub(f'  "version": "{version}",', package, count=1)
