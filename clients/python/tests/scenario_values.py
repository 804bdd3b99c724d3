"""The notation of clients/README.md for values and errors, as Python has them."""

from __future__ import annotations

import datetime
import math
from typing import Any, Callable

from process_isolation import UNDEFINED, BigInt, IsolationError, Map, RemoteError, ThrownValue


class Lent:
    """A function that is lent: remembers with what it was called."""

    def __init__(self, says: dict[str, Any]) -> None:
        self.called: list[Any] = []
        self._returns = list(says.get("returns", ()))
        self._throws = says.get("throws")

    def __call__(self, *args: Any) -> Any:
        self.called.append(list(args))
        if self._throws is not None:
            raise RuntimeError(self._throws)
        return to_value(self._returns.pop(0))


def _date(milliseconds: int) -> datetime.datetime:
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return epoch + datetime.timedelta(milliseconds=milliseconds)


_MARKS: dict[str, Callable[[Any], Any]] = {
    "$undefined": lambda _: UNDEFINED,
    "$number": float,
    "$bigint": lambda digits: BigInt(digits),
    "$date": _date,
    "$bytes": bytes.fromhex,
    "$map": lambda pairs: Map((to_value(key), to_value(value)) for key, value in pairs),
    "$set": lambda members: set(map(to_value, members)),
    "$repeat": lambda said: said[0] * said[1],
    "$repeatBytes": lambda said: bytes.fromhex(said[0]) * said[1],
}


def to_value(notation: Any, lent: list[Any] | None = None) -> Any:
    """The value; functions are put into ``lent``."""
    if isinstance(notation, list):
        return [to_value(member, lent) for member in notation]
    if not isinstance(notation, dict):
        return notation
    if "$function" in notation:
        function = Lent(notation["$function"])
        if lent is not None:
            lent.append(function)
        # A plain function: that is what is lent.
        return lambda *args: function(*args)
    for mark, make in _MARKS.items():
        if mark in notation:
            return make(notation[mark])
    return {name: to_value(value, lent) for name, value in notation.items()}


def same(got: Any, want: Any) -> None:
    """Asserts that both are the same value. ``undefined`` arrives as ``None``."""
    if want is UNDEFINED:
        assert got is None
    elif isinstance(want, float) and not isinstance(got, bool):
        assert math.isnan(got) if math.isnan(want) else (got, math.copysign(1, got)) == (want, math.copysign(1, want))
    elif isinstance(want, (bytes, bytearray)):
        assert bytes(got) == want
    elif isinstance(want, list):
        assert len(got) == len(want)
        for one, other in zip(got, want):
            same(one, other)
    elif isinstance(want, dict):
        assert list(got) == list(want)
        for key, value in want.items():
            same(got[key], value)
    else:
        assert got == want


def expect_error(error: BaseException, want: dict[str, Any]) -> None:
    """Asserts that the error is what a ``throws`` says."""
    if "framework" in want:
        assert isinstance(error, IsolationError), error
        assert error.code == want["framework"]
        for fact, own in (("exitCode", "exit_code"), ("signal", "signal")):
            if fact in want:
                assert error.facts.get(own) == want[fact]
        return
    if "thrown" in want:
        assert isinstance(error, ThrownValue), error
        same(error.value, to_value(want["thrown"]))
        return
    name = error.name if isinstance(error, RemoteError) else type(error).__name__
    assert name == want["name"], error
    message = error.message if isinstance(error, RemoteError) else str(error)
    assert message == to_value(want["message"])
    if "code" in want:
        assert vars(error)["code"] == want["code"]
    assert want.get("stack", "") in vars(error).get("stack", "")
    fields = error.fields if isinstance(error, RemoteError) else vars(error)
    for field, value in want.get("fields", {}).items():
        same(fields[field], to_value(value))
    if "cause" in want:
        cause = error.__cause__ or getattr(error, "cause", None)
        assert cause is not None
        expect_error(cause, want["cause"])
    for member, wanted in zip(getattr(error, "errors", ()), want.get("members", ())):
        expect_error(member, wanted)
