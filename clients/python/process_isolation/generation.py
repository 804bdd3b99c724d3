"""One process of an isolate, from its start to its end."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import Any, Callable

from process_isolation_pihost.codec import copy_of
from process_isolation_pihost.errors import IsolationError, protocol_error
from process_isolation_pihost.session import Executor, Session, SocketLane
from process_isolation_pihost.session.incoming_calls import Callee
from process_isolation_pihost.session.places import SharedFolder
from process_isolation_pihost.session.stand_ins import Handle

from .child import Child
from .handshake import Conversation, choose_protocol
from .options import IsolateOptions

HOST_MODULE = "pihost:"
VERSION = "0.1.0"

_MAX_PAYLOAD = 1024 * 1024 * 1024
_MAX_HANDLES = 16_384

# From a lost Session to the kill.
_LOST_SECONDS = 0.2

_FEATURES = frozenset(
    [
        "session",
        "socket",
        "invoke",
        "payloads",
        "streams",
        "references",
        "signals",
        "shared-memory",
        "cancel",
        "data",
        "preload",
        "exports",
        "status",
    ]
)


class Generation:
    """Starts a process and speaks Session with it. ``ended`` is the error of its calls once it is gone."""

    def __init__(
        self, command: Sequence[str], options: IsolateOptions, number: int, data: dict[str, Any], loop: Any = None
    ) -> None:
        self.number = number
        self.token = secrets.token_hex(32)
        self._options = options
        self._data = data
        self._loop = loop
        self._handles: dict[Any, Handle] = {}
        self._lock = threading.Lock()
        self._was_asked = False
        self._folders: list[str] = []
        self.address = ""
        self.ended: IsolationError | None = None
        self._child = Child([*command, options.name], options.env)
        self._conversation = Conversation(self._child.handshake)
        try:
            self.features = self._shake_hands()
        except BaseException:
            self._child.kill()
            self._child.wait()
            self._clean_up()
            raise
        threading.Thread(target=self._hear, name="pihost-handshake", daemon=True).start()
        threading.Thread(target=self._serve, name="pihost-session", daemon=True).start()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._child.pid

    def handle(self, module: str, method: str) -> Handle:
        """A handle of an export."""
        with self._lock:
            handle = self._handles.get((module, method))
            if handle is None:
                if len(self._handles) >= _MAX_HANDLES:
                    self._handles.clear()
                handle = self._handles[module, method] = self.session.new_handle(module, method)
            return handle

    def shutdown(self, reason: str, grace: float) -> None:
        """Asks it to end in order, and ends it if it has not within the grace and a little more."""
        self._was_asked = True
        try:
            self.session.call(self.handle(HOST_MODULE, "shutdown"), [reason, int(grace * 1000)], grace + 1)
        except Exception:
            # It ends, or is ended below.
            pass
        if not self._child.wait(grace + 2):
            self._child.kill()
            self._child.wait()
        self._finished.wait(5)

    def kill(self) -> None:
        """Ends it at once."""
        self._was_asked = True
        self._child.kill()
        self._child.wait()
        self._finished.wait(5)

    # -- as a Handler of the session ----------------------------------------------------------------------------------

    refusal = None

    def callee(self, module: str, method: str) -> Callee:
        """The host serves nothing but the store of the isolate's data."""

        def resolve(_: Callee) -> Callable[..., Any]:
            if (module, method) == (HOST_MODULE, "setData"):
                return self._set_data
            raise IsolationError("METHOD_NOT_FOUND", f"the host has no {method!r} of module {module!r}")

        return Callee(resolve)

    def _set_data(self, name: Any, value: Any = None, *_: Any) -> None:
        """Both sides agree on which value was the last: the one that this call of the process ends with."""
        self._data[str(name)] = copy_of(value, "value")
        self.session.call(self.handle(HOST_MODULE, "setData"), [name, value])

    # -- start --------------------------------------------------------------------------------------------------------

    def _shake_hands(self) -> frozenset[str]:
        options = self._options
        self._finished = threading.Event()
        deadline = time.monotonic() + options.start_timeout
        try:
            hello = self._conversation.expect("hello", deadline)
            features = frozenset(hello.get("features", _FEATURES))
            protocol = choose_protocol(hello)
            if not hello.get("sessionOnDescriptor") or "session" not in features:
                raise protocol_error("the process does not speak Session on descriptor 4")
            shared = self._shared_folder(hello)
            if options.socket:
                self.address = os.path.join(self._folder(None), "s.sock")
            self._conversation.go(
                {
                    "protocol": protocol,
                    "token": self.token,
                    "address": self.address,
                    "isolate": options.name,
                    "generation": self.number,
                    "from": options.origin_url,
                    "sharedMemory": shared.path if shared is not None else "",
                    "sessionOnDescriptor": True,
                    "features": sorted(features & _FEATURES),
                    "hostVersion": VERSION,
                    "maxPayload": _MAX_PAYLOAD,
                }
            )
            self._conversation.expect("ready", deadline)
        except (TimeoutError, EOFError, OSError) as error:
            raise self._start_error(error) from None
        self._child.session.settimeout(None)
        executor = Executor()
        if self._loop is not None:
            executor.use_loop(self._loop)
        executor.start_thread()
        self._executor = executor
        self.session = Session(SocketLane(self._child.session), self, executor, shared)
        return features

    def _start_error(self, error: Exception) -> IsolationError:
        if isinstance(error, TimeoutError):
            seconds = self._options.start_timeout
            return IsolationError("START_TIMEOUT", f"process {self.pid} did not take calls within {seconds} s")
        self._child.wait(1)
        if not self._child.has_ended:
            return protocol_error("the process has let go of descriptor 3 before it was ready")
        return IsolationError("START_FAILED", f"{self._child.describe_end()} before it took calls", self._child.facts())

    def _shared_folder(self, hello: dict[str, Any]) -> SharedFolder | None:
        if not (self._options.shared_memory and hello.get("sharedMemory") and os.path.isdir("/dev/shm")):
            return None
        return SharedFolder(self._folder("/dev/shm"), "h", "p")

    def _folder(self, parent: str | None) -> str:
        folder = tempfile.mkdtemp(prefix="process-isolation-", dir=parent)
        self._folders.append(folder)
        return folder

    # -- end ----------------------------------------------------------------------------------------------------------

    def _hear(self) -> None:
        def hear(message: dict[str, Any]) -> None:
            if "stopping" in message:
                self._was_asked = True

        self._conversation.until_the_end(hear)

    def _serve(self) -> None:
        breach = self.session.serve_frames()
        if breach is not None or not self._child.wait(_LOST_SECONDS if not self._was_asked else None):
            self._child.kill()
        self._child.wait()
        self.ended = self._error_of_end(breach)
        self.session.lose(self.ended)
        self._executor.stop()
        self._clean_up()
        self._finished.set()

    def _error_of_end(self, breach: IsolationError | None) -> IsolationError:
        end = self._child.describe_end()
        if breach is not None:
            error = IsolationError("CRASHED", f"{end}: it broke the contract", self._child.facts())
            error.__cause__ = breach
            return error
        if self._was_asked:
            return IsolationError("STOPPED", f"{end}, as it was asked to", self._child.facts())
        return IsolationError("CRASHED", f"{end} while this call was running", self._child.facts())

    def _clean_up(self) -> None:
        self._child.close()
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
