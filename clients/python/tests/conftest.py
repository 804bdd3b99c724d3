"""The pihosts that the client is tested against: both of this repository."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from process_isolation import Isolate, IsolateOptions

REPOSITORY = Path(__file__).parents[3]
MODULES = Path(__file__).parent / "modules"
CLI = REPOSITORY / "dist" / "cli" / "main.mjs"


class Runtime(NamedTuple):
    """How a pihost is started, and the module of the tests for it."""

    command: list[str]
    module: str


RUNTIMES = {
    "python": Runtime([sys.executable, str(REPOSITORY / "pihost/python/process_isolation_pihost")], "./sample.py"),
    "node": Runtime(["node", str(CLI), "child"], "./sample.mjs"),
}


@pytest.fixture
def node_runtime() -> Runtime:
    """The Node pihost. Without one its tests are skipped, but not in CI, where it must be there."""
    if (shutil.which("node") is None or not CLI.exists()) and not os.environ.get("CI"):
        pytest.skip("there is no Node.js, or the package is not built")
    return RUNTIMES["node"]


@pytest.fixture(params=["python", "node"])
def runtime(request: pytest.FixtureRequest) -> Runtime:
    if request.param == "node":
        node: Runtime = request.getfixturevalue("node_runtime")
        return node
    return RUNTIMES["python"]


@pytest.fixture
def options() -> IsolateOptions:
    return IsolateOptions(name="test", origin=str(MODULES), start_timeout=30)


@pytest.fixture
def isolate(runtime: Runtime, options: IsolateOptions) -> Iterator[Isolate]:
    with Isolate(runtime.command, options) as started:
        yield started


@pytest.fixture
def module(runtime: Runtime) -> Any:
    return runtime.module
