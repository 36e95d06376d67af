"""The secrets of allocations: in a file of its own, outside definition, ledger and archive, readable by its owner only.

The environment variable TRIALWRIGHT_SECRETS names it. One entry a study opened: commitment, nonce, secret.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from pathlib import Path

from trialwright.cli.common import USAGE, Stop
from trialwright.conduct.allocation import SECRET_BYTES, commitment
from trialwright.conduct.trial import Secret
from trialwright.exchange.archive.files import ArchiveBroken, locked, replace_file
from trialwright.terms.message import message

VARIABLE = "TRIALWRIGHT_SECRETS"


def make_secret(*, archive: Path) -> Secret:
    """Draw a secret and its nonce and keep them in the file; ends the command where there is no file to keep them.

    `archive`: the folder of the trial, which must not hold them.
    """
    path = _path(archive)
    if path is None:
        raise Stop(
            USAGE,
            message(
                "The secret of the allocation needs a place outside the archive: let {variable} name a file only you can read.",
                variable=VARIABLE,
            ),
        )
    made = Secret(secrets.token_bytes(SECRET_BYTES), secrets.token_bytes(SECRET_BYTES))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # what one of several who add a secret adds, the next must read
        with locked(path.with_name(f".{path.name}.lock")):
            kept = _read(path) if path.exists() else {}
            kept[commitment(*made)] = {"nonce": made.nonce.hex(), "secret": made.secret.hex()}
            replace_file(path, json.dumps(kept, indent=1).encode())
    except ArchiveBroken as error:
        raise Stop(USAGE, error.message) from None
    except OSError as error:
        raise Stop(
            USAGE,
            message("{path} cannot be written: {reason}.", path=str(path), reason=error.strerror or ""),
        ) from None
    return made


def find_secret(bound: str, *, archive: Path) -> Secret | None:
    """The secret of a commitment, if the file holds it; None where it does not, or where no file is named.

    `archive`: the folder of the trial, which must not hold it.
    """
    path = _path(archive)
    if path is None or not path.exists() or not bound:
        return None
    entry = _read(path).get(bound)
    try:
        return Secret(bytes.fromhex(entry["secret"]), bytes.fromhex(entry["nonce"])) if entry else None
    except ValueError:
        raise Stop(USAGE, message("{path} is no file of secrets.", path=str(path))) from None


def _path(archive: Path) -> Path | None:
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    path = Path(named)
    if path.resolve().is_relative_to(archive.resolve()):
        raise Stop(
            USAGE,
            message(
                "The secret of the allocation lies in the archive, where everybody reads it: let {variable} name a file elsewhere.",
                variable=VARIABLE,
            ),
        )
    return path


def _read(path: Path) -> dict[str, dict[str, str]]:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):  # a pipe or a device may never end
            raise Stop(USAGE, message("{path} is no file of secrets.", path=str(path)))
        if stat.S_IMODE(mode) & 0o077:
            raise Stop(
                USAGE,
                message(
                    "{path} can be read by others; make it yours alone: chmod 600 {path}", path=str(path)
                ),
            )
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {
            key: {"nonce": str(entry["nonce"]), "secret": str(entry["secret"])} for key, entry in kept.items()
        }
    except OSError as error:
        raise Stop(
            USAGE,
            message("{path} cannot be read: {reason}.", path=str(path), reason=error.strerror or ""),
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Stop(USAGE, message("{path} is no file of secrets.", path=str(path))) from None
