"""Where something is written before it is put in place whole; what a killed process left there is taken away."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path


def beside(target: Path) -> Path:
    """The name beside a file or folder under which this process writes it, free of what others left there.

    A result can hold what people may see that others may not, so half of one must not lie about for ever.
    """
    left = re.compile(rf"\.{re.escape(target.name)}\.(\d{{1,10}})\.part")
    with suppress(OSError):  # where nothing can be looked at, nothing is taken away either
        for path in target.parent.iterdir():
            found = left.fullmatch(path.name)
            if found and not _runs(int(found[1])):
                _remove(path)
    return target.with_name(f".{target.name}.{os.getpid()}.part")


def _runs(process: int) -> bool:
    """Whether a process is still there; this one is about to write anew."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # somebody else's
        return True
    return True


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
