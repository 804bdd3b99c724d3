"""The module ``pihost:``, by which the process itself answers inside a Session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, NamedTuple, Protocol

HOST_MODULE = "pihost:"

# For who asks for a shutdown and does not say how long it may take, in milliseconds.
_DEFAULT_GRACE_MS = 5_000


class HostMethod(NamedTuple):
    """``is_immediate``: answered also while user code runs. The others run user code themselves."""

    function: Callable[..., Any]
    is_immediate: bool


class Owner(Protocol):
    """What the process does when it is asked."""

    data: Any
    calls: Any

    def status(self) -> Any: ...
    def take_over(self, generation: int) -> None: ...
    def may_hand_on(self, targets: Any) -> None: ...
    def preload(self, modules: Any) -> None: ...
    def activate(self, modules: Any) -> None: ...
    def exports_of(self, module: str) -> Any: ...
    def shutdown(self, reason: str, grace: float, stop_after: float | None) -> None: ...


def host_methods(owner: Owner) -> dict[str, HostMethod]:
    """By name."""

    def shutdown(reason: Any = "", grace_ms: Any = _DEFAULT_GRACE_MS, stop_after_ms: Any = None, *_: Any) -> int:
        in_flight: int = owner.calls.counts().in_flight
        stop_after = None if stop_after_ms is None else float(stop_after_ms) / 1000
        owner.shutdown(str(reason), float(grace_ms) / 1000, stop_after)
        return in_flight

    def names(given: Any) -> Sequence[str]:
        return [str(name) for name in given]

    return {
        "status": HostMethod(lambda *_: owner.status(), True),
        "shutdown": HostMethod(shutdown, True),
        "setData": HostMethod(lambda name, value=None, *_: owner.data.receive(str(name), value), True),
        "getData": HostMethod(lambda name, *_: owner.data.get(str(name)), True),
        "takeOver": HostMethod(lambda generation, *_: owner.take_over(int(generation)), True),
        "mayHandOn": HostMethod(lambda targets, *_: owner.may_hand_on(names(targets)), True),
        "preload": HostMethod(lambda modules, *_: owner.preload(names(modules)), False),
        "activate": HostMethod(lambda modules, *_: owner.activate(names(modules)), False),
        "exports": HostMethod(lambda module, *_: owner.exports_of(str(module)), False),
    }
