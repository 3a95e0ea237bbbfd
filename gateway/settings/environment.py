"""Settings out of the environment, or out of the files that it names."""

import environ
from environ.fileaware_mapping import FileAwareMapping


class _Files(FileAwareMapping):
    """Whatever writes a file ends it with a newline, which is no part of the value."""

    def __getitem__(self, name: str) -> str:
        return str(super().__getitem__(name)).strip()


class Environment(environ.Env):
    """Any ``NAME`` may be given as ``NAME_FILE``, the path of a file that holds its value."""

    ENVIRON = _Files()
