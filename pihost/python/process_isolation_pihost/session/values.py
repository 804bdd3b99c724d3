"""Values as a Session carries them: payloads for the data, loans for what cannot be copied."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

from ..codec import Decoder, Encoder
from ..errors import IsolationError, ThrownValue, protocol_error
from ..wire import Payload
from .executor import Executor
from .lending import Loans, Scope
from .places import Places
from .signals import Signal
from .stand_ins import Handle, RemoteFunction, RemoteObject
from .stream_import import RemoteStream


class Owner(Protocol):
    """What stand-ins need of their Session."""

    executor: Executor

    def new_handle(self, module: str = "", method: str = "", reference: int = 0) -> Handle: ...

    def call_lent(self, handle: Handle, args: Any) -> Any: ...

    def give_back(self, reference: int, handles: list[int]) -> None: ...

    def send_demand(self, stream: int, items: int) -> None: ...

    def send_close(self, stream: int) -> None: ...


class SessionValues:
    """Encodes and decodes, lends and borrows."""

    def __init__(self, owner: Owner, places: Places, loans: Loans) -> None:
        self._owner = owner
        self._places = places
        self._loans = loans
        self.streams: dict[int, weakref.ref[RemoteStream]] = {}
        self._made: list[int] = []
        self._scopes: dict[int, tuple[set[int], Scope]] = {}
        self.signals: weakref.WeakValueDictionary[int, Signal] = weakref.WeakValueDictionary()

    def encode(self, value: Any, path: str, scope: Scope | None) -> Payload:
        """A value as a payload; its large parts have left then. Raises NOT_SERIALIZABLE, and nothing is lent then."""
        lent: Scope = []

        def lend(candidate: Any, at: str) -> dict[str, Any] | None:
            descriptor = self._loans.lend(candidate, scope)
            if descriptor is not None:
                lent.append(descriptor["id"])
            return descriptor

        try:
            data = Encoder(lend, self._places.put).encode(value, path)
        except IsolationError:
            self.end_scope(lent)
            raise
        return self._places.payload(data)

    def encode_error(self, error: BaseException) -> Payload:
        """An error as a payload; one that cannot cross is replaced by one that says so."""
        thrown = error.value if isinstance(error, ThrownValue) else error
        try:
            return self._places.payload(Encoder(None, self._places.put).encode(thrown, "error"))
        except IsolationError as refusal:
            return self._places.payload(Encoder().encode(refusal, "error"))

    def decode(self, payload: Payload) -> Any:
        """The value of a payload. Raises PROTOCOL."""
        return Decoder(self._places.read, self._borrow).decode(self._places.data_of(payload))

    def decode_result(self, payload: Payload, scope: Scope | None) -> Any:
        """As ``decode``. What the call has lent is lent until the streams in its result are over."""
        made = self._made = []
        value = self.decode(payload)
        if scope and made:
            waiting = set(made)
            for reference in made:
                self._scopes[reference] = (waiting, scope)
        elif scope:
            self.end_scope(scope)
        return value

    def end_stream(self, reference: int) -> None:
        """A stream of the other side is over."""
        self.streams.pop(reference, None)
        waiting, scope = self._scopes.pop(reference, (set(), []))
        waiting.discard(reference)
        if not waiting:
            self.end_scope(scope)

    def decode_error(self, payload: Payload) -> Any:
        """What was thrown; a payload that cannot be read is itself the error."""
        try:
            return self.decode(payload)
        except IsolationError as error:
            return error

    def end_scope(self, scope: Scope) -> None:
        """What a call has lent is lent no more."""
        for reference in scope:
            self._loans.end(reference)

    def stream(self, reference: int) -> RemoteStream | None:
        """A stream of the other side that somebody here still has."""
        found = self.streams.get(reference)
        return found() if found is not None else None

    def _borrow(self, descriptor: Any) -> Any:
        kind, reference = descriptor.get("kind"), descriptor.get("id")
        if type(reference) is not int:
            raise protocol_error(f"{descriptor!r} is no reference")
        if kind == "function":
            handle = self._owner.new_handle(reference=reference)
            return RemoteFunction(self._owner, handle, descriptor.get("kept") is True)
        if kind == "object":
            return RemoteObject(self._owner, reference, descriptor.get("iterable") is True)
        if kind in ("stream", "readable"):
            stream = RemoteStream(reference, self._owner)
            self.streams[reference] = weakref.ref(stream)
            self._made.append(reference)
            return stream
        if kind == "signal":
            return self._signal(reference, descriptor)
        raise protocol_error(f"the kind of reference {kind!r} is unknown")

    def _signal(self, reference: int, descriptor: Any) -> Signal:
        signal = Signal()
        if isinstance(descriptor.get("aborted"), str):
            import base64

            signal.abort(self.decode_error(Payload(base64.b64decode(descriptor["aborted"]))))
        elif reference:
            self.signals[reference] = signal
        return signal
