"""What cannot be copied is lent: functions, live objects, streams, signals."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any, Callable, Generic, NamedTuple, TypeVar

from .granted import Granted, refuse_loan
from .signals import Signal

T = TypeVar("T")


class Lent(Generic[T]):
    """Marks what is to be lent for good: until the other side lets go of it, or the Session ends."""

    __slots__ = ("kind", "target")

    def __init__(self, target: T, kind: str) -> None:
        self.target = target
        self.kind = kind


def keep(function: Callable[..., Any]) -> Lent[Callable[..., Any]]:
    """Lends a function for longer than the call that it is an argument of, or as a part of a result."""
    return Lent(function, "function")


def remote(target: T) -> Lent[T]:
    """Lends an object instead of copying it: whoever receives it calls its public methods here."""
    return Lent(target, "object")


class Loan(NamedTuple):
    """What the other side may call, by its reference."""

    kind: str
    target: Any


Scope = list[int]


class Loans:
    """What this side has lent."""

    def __init__(self, open_stream: Callable[[int, Any], Any], tell_abort: Callable[[int, Any], Any]) -> None:
        self._open_stream = open_stream
        self._tell_abort = tell_abort
        self._lock = threading.Lock()
        self._loans: dict[int, Loan] = {}
        self._last = 0

    def lend(self, value: Any, scope: Scope | None) -> dict[str, Any] | None:
        """
        Lends a value and describes it; ``None`` when it is nothing to lend.

        ``scope`` collects what ends with the call that it is an argument of. Without one a function is not lent. Raises
        NOT_GRANTED for what was granted to this process alone.
        """
        refuse_loan(value.target if isinstance(value, Lent) else value)
        if isinstance(value, Granted) and not callable(value):
            value = Lent(value, "object")
        if isinstance(value, Lent):
            reference = self._add(value.kind, value.target)
            descriptor = {"kind": value.kind, "id": reference, "kept": True}
            if value.kind == "object" and isinstance(value.target, Granted):
                descriptor["nested"] = True
            if value.kind == "object" and (hasattr(value.target, "__iter__") or hasattr(value.target, "__aiter__")):
                descriptor["iterable"] = True
            return descriptor
        if isinstance(value, Signal):
            return self._lend_signal(value, scope)
        if isinstance(value, (Iterator, AsyncIterator)):
            reference = self._add("stream", value)
            self._open_stream(reference, value)
            return {"kind": "stream", "id": reference}
        if scope is not None and callable(value) and not isinstance(value, type):
            reference = self._add("function", value)
            scope.append(reference)
            return {"kind": "function", "id": reference}
        return None

    def find(self, reference: int) -> Loan | None:
        """What is lent under the number."""
        return self._loans.get(reference)

    def end(self, reference: int) -> None:
        """It is lent no more."""
        self._loans.pop(reference, None)

    def end_all(self) -> None:
        """The Session is over."""
        self._loans.clear()

    def _add(self, kind: str, target: Any) -> int:
        with self._lock:
            self._last = self._last % 0xFFFFFFFF + 1
            self._loans[self._last] = Loan(kind, target)
            return self._last

    def _lend_signal(self, signal: Signal, scope: Scope | None) -> dict[str, Any]:
        reference = self._add("signal", signal)
        if scope is not None:
            scope.append(reference)
        signal.on_abort(lambda: self._tell_abort(reference, signal.reason))
        return {"kind": "signal", "id": reference}
