"""A shell for the commands of a document, with ``curl`` in it on every machine.

Run as a program, this file is a curl of its own: the few arguments that our documents use, by
Python's HTTP client.
"""

import argparse
import base64
import http.client
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

DEADLINE = 60


@dataclass
class Shell:
    """Runs commands in a folder, each in a shell of its own that knows the same variables."""

    folder: Path
    own_curl: bool
    """Use the curl of this file, also where there is a real one."""
    variables: dict[str, str] = field(default_factory=dict[str, str])

    def run(self, commands: str) -> str:
        """Give what the commands print; a failing one fails the test."""
        done = subprocess.run(  # noqa: S603 - the commands of our own documents
            ["/bin/sh", "-eu", "-c", commands],
            cwd=self.folder,
            env={"PATH": self._path(), "HOME": str(self.folder), **self.variables},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == 0, (commands, done.stdout, done.stderr)
        return done.stdout

    def _path(self) -> str:
        """Where programs are; ours comes first if it is wanted or the only one."""
        here = os.environ.get("PATH", os.defpath)
        if not self.own_curl and shutil.which("curl") is not None:
            return here
        programs = self.folder / "bin"
        programs.mkdir(exist_ok=True)
        program = programs / "curl"
        words = shlex.join([sys.executable, str(Path(__file__).resolve())])
        program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        program.chmod(0o700)
        return f"{programs}:{here}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-s", "-S", action="store_true", dest="silent")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", dest="data")
    parser.add_argument("-u", dest="login")
    parser.add_argument("-w", dest="write", default="")
    return parser.parse_args()


def main() -> None:
    """Send one request and print the answer's body."""
    given = _arguments()
    parts = urlsplit(str(given.url))
    headers = {"Accept": "*/*"}
    body: bytes | None = None
    if given.data is not None:
        text = str(given.data)
        body = Path(text[1:]).read_bytes() if text.startswith("@") else text.encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    for header in given.headers:
        name, _, value = str(header).partition(":")
        headers[name] = value.strip()
    if given.login is not None:
        login = base64.b64encode(str(given.login).encode()).decode()
        headers["Authorization"] = f"Basic {login}"
    connection = http.client.HTTPConnection(parts.netloc, timeout=DEADLINE)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(given.method or ("GET" if body is None else "POST"), target, body, headers)
    answer = connection.getresponse()
    sys.stdout.write(answer.read().decode())
    written = str(given.write).replace("%{http_code}", str(answer.status)).replace("\\n", "\n")
    sys.stdout.write(written)
    connection.close()


if __name__ == "__main__":
    main()
