"""Facts about this process, measured by itself."""

from __future__ import annotations

import os
import sys
import time
from typing import Any, NamedTuple

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_STARTED = time.monotonic()


class Counts(NamedTuple):
    """Calls."""

    in_flight: int
    done: int
    failed: int


def read_status(isolate: str, generation: int, is_draining: bool, counts: Counts, version: str) -> dict[str, Any]:
    """A HostStatus with the names of its JSON form. There is no V8 heap here, and no event loop to be late."""
    times = os.times()
    uptime = time.monotonic() - _STARTED
    return {
        "state": 2 if is_draining else 1,
        "pid": os.getpid(),
        "isolate": isolate,
        "generation": generation,
        "uptime": {"seconds": int(uptime), "nanos": int(uptime % 1 * 1e9)},
        "callsInFlight": counts.in_flight,
        "callsDone": counts.done,
        "callsFailed": counts.failed,
        "rssBytes": _resident_bytes(),
        "heapUsedBytes": 0,
        "heapLimitBytes": 0,
        "cpuSeconds": times.user + times.system,
        "eventLoopLagMs": 0,
        "runtimeVersion": f"python {sys.version.split()[0]}",
        "packageVersion": version,
    }


def _resident_bytes() -> int:
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError, ValueError):
        # Not Linux: the most that it ever was.
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
