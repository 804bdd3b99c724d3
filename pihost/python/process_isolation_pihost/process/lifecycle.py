"""The exports ``start`` and ``stop`` of modules, where the host has asked to have them called."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Callable

from ..errors import IsolationError
from ..modules import Exports, ModuleLoader
from ..once import Once


class ModuleLifecycle:
    """Calls ``start()`` of a module before its first call, and ``stop()`` before the process ends in order."""

    def __init__(self, names: list[str], is_of_all: bool, loader: ModuleLoader, run: Callable[[Any], Any]) -> None:
        self._names = frozenset(names)
        self._is_of_all = is_of_all
        self._loader = loader
        self._run = run
        self._once = Once()
        #: Those whose ``start`` has ended, in this order.
        self._started: dict[str, ModuleType] = {}

    def start(self, name: str, module: ModuleType, code: str = "MODULE_FAILED") -> None:
        """
        Starts the module, once. Raises ``code`` with what ``start`` raised as its cause.

        UnderWayError: no call reaches the module before its ``start`` has ended.
        """
        if module.__name__ in self._started or not self._is_meant(name, module):
            return
        with self._once.alone(module.__name__):
            if module.__name__ not in self._started:
                self._run_start(name, module, code)
                self._started[module.__name__] = module

    def stop(self) -> None:
        """Stops those that were started, the last one first."""
        for module in reversed(list(self._started.values())):
            try:
                self._call(module, "stop")
            except BaseException as error:
                sys.stderr.write(f"pihost: stop() of module {module.__name__} failed: {error!r}\n")

    def _run_start(self, name: str, module: ModuleType, code: str) -> None:
        try:
            self._call(module, "start")
        except Exception as error:
            raise IsolationError(code, f"start() of module {name!r} failed: {type(error).__name__}: {error}") from error

    def _is_meant(self, name: str, module: ModuleType) -> bool:
        if self._is_of_all or name in self._names:
            return True
        file = getattr(module, "__file__", None)
        return file is not None and any(self._loader.path_of(meant) == file for meant in self._names)

    def _call(self, module: ModuleType, name: str) -> None:
        function = getattr(module, name, None)
        if not callable(function) or not Exports(module).has(name):
            return
        code = getattr(function, "__code__", None)
        if code is not None and code.co_argcount + code.co_kwonlyargcount > 0:
            return
        outcome = function()
        if hasattr(outcome, "__await__"):
            self._run(outcome)
