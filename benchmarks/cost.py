"""CPU seconds, wall seconds and peak memory of a process, all of its threads included."""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path


def cpu_seconds() -> float:
    """CPU seconds of this process so far, in user and system mode, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_bytes() -> int:
    """The most memory this process has held at once, in bytes.

    Linux hands `ru_maxrss` on to the program that a process starts, so there the kernel's own mark is read.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@dataclass
class Clock:
    """What was spent since `start`, in total and by named lap (a lap may come again: it adds up)."""

    cpu: float = 0.0
    wall: float = 0.0
    laps: dict[str, float] = field(default_factory=dict)
    _begin: tuple[float, float] = (0.0, 0.0)
    _last: float = 0.0

    def start(self) -> None:
        """Begin here; what came before does not count."""
        self._begin = cpu_seconds(), time.perf_counter()
        self._last = self._begin[0]
        self.laps.clear()

    def lap(self, name: str) -> None:
        """Put the CPU seconds since the last lap under a name."""
        now = cpu_seconds()
        self.laps[name] = self.laps.get(name, 0.0) + now - self._last
        self._last = now
        self.cpu, self.wall = now - self._begin[0], time.perf_counter() - self._begin[1]
