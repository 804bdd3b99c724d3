"""Calls that come, or are given up, while their module is loaded and started."""

from __future__ import annotations

import threading

import pytest
from conftest import Host

from process_isolation_pihost.errors import IsolationError

GATED = "./gated.py"


@pytest.mark.parametrize("method", ["mark", "mark_later"])
def test_a_call_that_is_given_up_while_its_module_is_loaded_does_not_begin(host: Host, method: str) -> None:
    with pytest.raises(IsolationError, match="DEADLINE_EXCEEDED"):
        host.call(method, module=GATED, timeout=0.2)
    host.call("setData", "open", True, module="pihost:")
    _wait_until_idle(host)
    assert host.call("marked", module=GATED) == 0


def test_a_call_that_is_given_up_while_another_one_runs_does_not_begin(host: Host) -> None:
    host.call("setData", "open", True, module="pihost:")
    assert host.call("marked", module=GATED) == 0
    busy = threading.Thread(target=host.call, args=("sleep", 0.5))
    busy.start()
    while host.call("status", module="pihost:")["callsInFlight"] == 0:
        pass
    with pytest.raises(IsolationError, match="DEADLINE_EXCEEDED"):
        host.call("mark", module=GATED, timeout=0.05)
    busy.join()
    _wait_until_idle(host)
    assert host.call("marked", module=GATED) == 0


def _wait_until_idle(host: Host) -> None:
    while host.call("status", module="pihost:")["callsInFlight"] > 0:
        pass
