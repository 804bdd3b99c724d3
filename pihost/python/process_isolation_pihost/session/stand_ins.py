"""What stands here for what the other process has lent."""

from __future__ import annotations

import threading
from typing import Any, Callable, Protocol


class Caller(Protocol):
    """What a stand-in needs of its Session."""

    def call_lent(self, handle: Handle, args: Any) -> Any: ...

    def give_back(self, reference: int, handles: list[int]) -> None: ...


class Handle:
    """A number under which this side calls something; introduced with its first call."""

    __slots__ = ("is_introduced", "method", "module", "number", "reference")

    def __init__(self, number: int, module: str = "", method: str = "", reference: int = 0) -> None:
        self.number = number
        self.module = module
        self.method = method
        self.reference = reference
        self.is_introduced = False


class ReleasedHandle(Handle):
    """One of an export, which is given back once nobody here has it."""

    __slots__ = ("_release",)

    def __init__(self, number: int, module: str, method: str, release: Callable[[int], Any]) -> None:
        super().__init__(number, module, method)
        self._release = release

    def __del__(self) -> None:
        if self.is_introduced:
            self._release(self.number)


class RemoteFunction:
    """
    A function of the other process.

    In a thread, a call waits for the result and returns it. Where an event loop runs, it returns an awaitable.
    """

    def __init__(self, session: Caller, handle: Handle, is_kept: bool) -> None:
        self._session = session
        self._handle = handle
        self._is_kept = is_kept

    def __call__(self, *args: Any) -> Any:
        return self._session.call_lent(self._handle, args)

    def __del__(self) -> None:
        if self._is_kept:
            self._session.give_back(self._handle.reference, [self._handle.number] if self._handle.is_introduced else [])

    def __repr__(self) -> str:
        return f"<function of the other process, reference {self._handle.reference}>"


class RemoteObject:
    """
    An object of the other process: its methods are called there, as a RemoteFunction is.

    A member that is no method is called like one, and gives its value.
    """

    def __init__(self, session: Any, reference: int, is_iterable: bool) -> None:
        self._pihost_session = session
        self._pihost_reference = reference
        self._pihost_is_iterable = is_iterable
        self._pihost_lock = threading.Lock()
        self._pihost_methods: dict[str, Handle] = {}

    def __getattr__(self, name: str) -> Method:
        if name.startswith("_"):
            raise AttributeError(f"{name!r} is no public member of an object of the other process")
        return Method(self, name)

    def __iter__(self) -> Any:
        return iter(self._pihost_call("@@asyncIterator", ()))

    def __del__(self) -> None:
        handles = [handle.number for handle in self._pihost_methods.values() if handle.is_introduced]
        self._pihost_session.give_back(self._pihost_reference, handles)

    def __repr__(self) -> str:
        return f"<object of the other process, reference {self._pihost_reference}>"

    def _pihost_call(self, name: str, args: Any) -> Any:
        with self._pihost_lock:
            handle: Handle | None = self._pihost_methods.get(name)
            if handle is None:
                handle = self._pihost_session.new_handle(method=name, reference=self._pihost_reference)
                self._pihost_methods[name] = handle
        return self._pihost_session.call_lent(handle, args)


class Method:
    """A member of a RemoteObject."""

    __slots__ = ("_name", "_owner")

    def __init__(self, owner: RemoteObject, name: str) -> None:
        self._owner = owner
        self._name = name

    def __call__(self, *args: Any) -> Any:
        return self._owner._pihost_call(self._name, args)
