"""
What a module in an isolated Python process may import: the call that runs, data that outlives the process, lending.

None has to: any module works without.
"""

from typing import Any

__all__ = [
    "UNDEFINED",
    "BigInt",
    "CurrentCall",
    "IsolationError",
    "Map",
    "RemoteError",
    "current_call",
    "get_data",
    "keep",
    "remote",
    "set_data",
]

_ROOMS = {
    "UNDEFINED": "codec",
    "BigInt": "codec",
    "CurrentCall": "session",
    "IsolationError": "errors",
    "Map": "codec",
    "RemoteError": "errors",
    "current_call": "session",
    "get_data": "process.isolate_data",
    "keep": "session",
    "remote": "session",
    "set_data": "process.isolate_data",
}


def __getattr__(name: str) -> Any:
    room = _ROOMS.get(name)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{room}"), name)
