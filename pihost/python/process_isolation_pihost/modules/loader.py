"""Finds and loads modules: a path, a file URL, or a dotted name, resolved from a folder."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from types import ModuleType
from urllib.parse import unquote, urlsplit

from ..errors import IsolationError
from ..once import Once

_SCHEME = "file:"


class ModuleLoader:
    """Loads each module once; one that failed is tried again by the next call."""

    def __init__(self, origin: str) -> None:
        """``origin`` is a folder or a file, as a path or a file URL; of a file, its folder counts."""
        path = _path_of_url(origin) if origin.startswith(_SCHEME) else origin
        is_folder = path.endswith("/") or os.path.isdir(path)
        self._folder = os.path.abspath(path if is_folder else os.path.dirname(path))
        self._loaded: dict[str, ModuleType] = {}
        self._once = Once()

    def load(self, name: str) -> ModuleType:
        """
        The module. Raises MODULE_NOT_FOUND or MODULE_FAILED; the cause of the latter is what it raised.

        UnderWayError: one that waits for the other process while it is loaded is no module yet.
        """
        found = self._loaded.get(name)
        if found is None:
            path = self._file_of(name) if _is_path(name) else None
            with self._once.alone(name if path is None else _package_of(path)[1]):
                module = self._import_name(name) if path is None else self._import_file(name, path)
            found = self._loaded[name] = module
        return found

    def path_of(self, name: str) -> str:
        """The absolute path that a path or a file URL means."""
        path = _path_of_url(name) if name.startswith(_SCHEME) else name
        return os.path.normpath(os.path.join(self._folder, path))

    def _file_of(self, name: str) -> str:
        path = self.path_of(name)
        package = os.path.join(path, "__init__.py")
        return package if os.path.isfile(package) else path

    def _import_file(self, name: str, path: str) -> ModuleType:
        if not os.path.isfile(path):
            raise _not_found(name, f"there is no file {path}")
        root, dotted = _package_of(path)
        _search_in(root)
        known = sys.modules.get(dotted)
        if known is not None and _is_same_file(known, path):
            return known
        try:
            if known is None and "." in dotted:
                return importlib.import_module(dotted)
            return _execute(dotted if known is None else f"_pihost_{abs(hash(path)):x}_{dotted}", path)
        except IsolationError:
            raise
        except Exception as error:
            raise _failed(name, error) from error

    def _import_name(self, name: str) -> ModuleType:
        _search_in(self._folder)
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
                raise _not_found(name, f"Python finds it neither in {self._folder} nor among its packages") from None
            raise _failed(name, error) from error
        except Exception as error:
            raise _failed(name, error) from error


def _execute(dotted: str, path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(dotted, path)
    if spec is None or spec.loader is None:
        raise IsolationError("MODULE_FAILED", f"{path} is no module that Python can load; it must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[dotted] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(dotted, None)
        raise
    return module


def _package_of(path: str) -> tuple[str, str]:
    """The folder to import from, and the dotted name: packages are the folders with an ``__init__.py``."""
    folder, file = os.path.split(path)
    names = [] if file == "__init__.py" else [os.path.splitext(file)[0].split(".")[0]]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        names.insert(0, package)
    return folder, ".".join(names)


def _search_in(folder: str) -> None:
    """As a script's own folder, so that its neighbours can be imported."""
    if folder not in sys.path:
        sys.path.insert(0, folder)


def _is_same_file(module: ModuleType, path: str) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and os.path.realpath(file) == os.path.realpath(path)


def _is_path(name: str) -> bool:
    return name.startswith((_SCHEME, "/", "./", "../")) or name.endswith(".py")


def _path_of_url(url: str) -> str:
    return unquote(urlsplit(url).path)


def _not_found(name: str, why: str) -> IsolationError:
    return IsolationError("MODULE_NOT_FOUND", f"module {name!r} cannot be found: {why}", {"module": name})


def _failed(name: str, error: BaseException) -> IsolationError:
    message = f"module {name!r} failed while it was loaded: {type(error).__name__}: {error}"
    return IsolationError("MODULE_FAILED", message, {"module": name})
