"""
What a module in an isolated Python process may import: the call that runs, data that outlives the process, lending,
what it uses of other isolates.

None has to: any module works without.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .codec import UNDEFINED, BigInt, Map
    from .errors import IsolationError, RemoteError
    from .process.isolate_data import get_data, set_data
    from .process.uses import FrontDoorAccess, front_door, use
    from .session import CurrentCall, current_call, keep, remote

__all__ = [
    "UNDEFINED",
    "BigInt",
    "CurrentCall",
    "FrontDoorAccess",
    "IsolationError",
    "Map",
    "RemoteError",
    "current_call",
    "front_door",
    "get_data",
    "keep",
    "remote",
    "set_data",
    "use",
]

_ROOMS = {
    "UNDEFINED": "codec",
    "BigInt": "codec",
    "CurrentCall": "session",
    "FrontDoorAccess": "process.uses",
    "IsolationError": "errors",
    "Map": "codec",
    "RemoteError": "errors",
    "current_call": "session",
    "front_door": "process.uses",
    "get_data": "process.isolate_data",
    "keep": "session",
    "remote": "session",
    "set_data": "process.isolate_data",
    "use": "process.uses",
}


def __getattr__(name: str) -> Any:
    room = _ROOMS.get(name)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{room}"), name)
