"""What a module uses of others: calls of a true process, answered by the host of the tests."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import pytest
from conftest import MODULES, PACKAGE, Host

from process_isolation_pihost import FrontDoorAccess, RemoteError, use
from process_isolation_pihost.errors import IsolationError
from process_isolation_pihost.session import current_call

USER = str(MODULES / "user.py")


def call(host: Host, method: str, *args: Any, **options: Any) -> Any:
    return host.call(method, *args, module=USER, **options)


def grant(host: Host, method: str, function: Any, module: str = "use:store") -> None:
    host.granted[module, method] = function


def context() -> dict[str, Any]:
    running = current_call()
    assert running is not None
    return {"left": running.time_left, "trace": running.trace}


def test_the_hello_says_that_modules_can_use_others(host: Host) -> None:
    assert "use" in host.hello["features"]


@pytest.mark.parametrize("method", ["call", "call_later"])
def test_what_was_granted_is_called_and_gives_its_result(host: Host, method: str) -> None:
    grant(host, "get", lambda key: {"k": {1, 2}}[key])
    assert call(host, method, "store", "get", "k") == {1, 2}


@pytest.mark.parametrize("method", ["call", "call_later"])
def test_members_of_members_are_called_by_their_path(host: Host, method: str) -> None:
    grant(host, "nested.deep.add", lambda a, b: a + b)
    assert call(host, method, "store", "nested.deep.add", 1, 2) == 3


def test_functions_of_the_host_are_called_by_its_name(host: Host) -> None:
    grant(host, "info", str.upper, module="use:host.log")
    assert call(host, "call", "host.log", "info", "x") == "X"


@pytest.mark.parametrize(
    ("name", "path"), [("a.b", "a\\.b"), ("a\\b", "a\\\\b"), ("del", "del"), ("_x", "_x"), ("ä", "ä")]
)
def test_any_name_can_be_called(host: Host, name: str, path: str) -> None:
    grant(host, path, lambda: "here")
    assert call(host, "call_a_name", name) == "here"


def test_a_proxy_shows_what_it_is_and_calls_nothing_before_it_is_called(host: Host) -> None:
    assert call(host, "described") == {
        "callable": False,
        "texts": ["<use('store')>", "<use('store').nested.get>"],
        "same": True,
        "dunder": False,
    }


def test_a_call_lets_others_run_while_it_waits(host: Host) -> None:
    grant(host, "add", lambda a, b: a + b)
    grant(host, "get", lambda key: call(host, "call", "store", "add", key, 1))
    assert call(host, "call", "store", "get", 1) == 2


def test_an_event_loop_makes_many_at_once(host: Host) -> None:
    grant(host, "get", lambda key: key * 2)
    assert call(host, "got_at_once", list(range(500))) == [key * 2 for key in range(500)]


@pytest.mark.parametrize("method", ["sum_of_rows", "sum_of_rows_later"])
def test_a_stream_is_read(host: Host, method: str) -> None:
    grant(host, "rows", lambda n: iter(range(n)))
    assert call(host, method, 3_000) == sum(range(3_000))


def test_a_stream_that_is_left_is_closed_at_its_source(host: Host) -> None:
    closed = threading.Event()

    def rows(n: int) -> Any:
        try:
            yield from range(n)
        finally:
            closed.set()

    grant(host, "rows", rows)
    assert call(host, "first_row") == 0
    assert closed.wait(10)


def test_functions_and_streams_are_lent_in_arguments(host: Host) -> None:
    grant(host, "each", lambda n, function: [function(index) for index in range(n)])
    grant(host, "collect", list)
    assert call(host, "doubled", 3) == [0, 2, 4]
    assert call(host, "collected", 3) == [0, 1, 2]


def test_what_is_not_granted_is_told_as_an_isolation_error(host: Host) -> None:
    name, code, text = call(host, "caught", "set")
    assert (name, code) == ("IsolationError", "NOT_GRANTED")
    assert "test may not call set of use:store" in text
    with pytest.raises(IsolationError) as caught:
        call(host, "call_later", "other", "get")
    assert caught.value.code == "NOT_GRANTED"
    assert caught.value.facts["isolate"] == "test"


def test_errors_of_the_callee_arrive_as_they_are(host: Host) -> None:
    def fail() -> None:
        raise IsolationError("CRASHED", "store crashed")

    def refuse() -> None:
        raise RemoteError("RangeError", "out of stock", code="E_STOCK")

    grant(host, "fail", fail)
    grant(host, "refuse", refuse)
    assert call(host, "caught", "fail")[:2] == ["IsolationError", "CRASHED"]
    assert call(host, "caught", "refuse") == ["RemoteError", "E_STOCK", "RangeError: out of stock"]


def with_trace(host: Host, method: str, *args: Any, trace: dict[str, str]) -> Any:
    handle = host.session.new_handle(USER, method)
    return host.session.call_lent(handle, args, 30, trace)


@pytest.mark.parametrize("method", ["call", "call_later"])
def test_the_time_that_is_left_and_the_trace_go_along(host: Host, method: str) -> None:
    grant(host, "context", context)
    outer = with_trace(host, method, "store", "context", trace={"traceparent": "00-1"})
    assert 0 < outer["left"] <= 30
    assert outer["trace"] == {"traceparent": "00-1"}
    assert call(host, method, "store", "context", timeout=None) == {"left": None, "trace": {}}


@pytest.mark.parametrize("method", ["call_with", "call_with_later"])
def test_options_go_before_what_is_inherited_unless_less_time_is_left(host: Host, method: str) -> None:
    grant(host, "context", context)
    own = with_trace(host, method, {"timeout": 5, "trace": {"own": "1"}}, "context", trace={"outer": "1"})
    assert 0 < own["left"] <= 5
    assert own["trace"] == {"own": "1"}
    assert call(host, method, {"timeout": 600}, "context", timeout=30)["left"] <= 30
    assert with_trace(host, method, {"trace": {}}, "context", trace={"outer": "1"})["trace"] == {}


@pytest.mark.parametrize("method", ["contexts", "contexts_later", "make_contexts_later"])
def test_the_body_of_a_generator_belongs_to_the_call_that_made_it(host: Host, method: str) -> None:
    grant(host, "context", context)
    items = list(with_trace(host, method, 2, trace={"traceparent": "00-2"}))
    assert [item["trace"] for item in items] == [{"traceparent": "00-2"}] * 2
    assert all(0 < item["left"] <= 30 for item in items)


@pytest.mark.parametrize("method", ["call_with", "call_with_later"])
def test_a_call_that_takes_longer_than_its_timeout_fails_and_is_cancelled(host: Host, method: str) -> None:
    cancelled = threading.Event()

    def wait() -> None:
        running = current_call()
        assert running is not None
        if running.signal.wait(20):
            cancelled.set()

    grant(host, "wait", wait)
    with pytest.raises(IsolationError, match=r"wait did not settle within 0\.05 s") as caught:
        call(host, method, {"timeout": 0.05}, "wait")
    assert caught.value.code == "DEADLINE_EXCEEDED"
    assert cancelled.wait(10)


def test_a_cancelled_coroutine_cancels_what_it_asked_for(host: Host) -> None:
    begun, cancelled = threading.Event(), threading.Event()

    def wait() -> None:
        running = current_call()
        assert running is not None
        begun.set()
        if running.signal.wait(20):
            cancelled.set()

    grant(host, "wait", wait)
    with pytest.raises(IsolationError):
        call(host, "call_later", "store", "wait", timeout=0.5)
    assert begun.is_set()
    assert cancelled.wait(10)


def test_an_idempotent_call_says_so(host: Host) -> None:
    grant(host, "get", lambda: "again", module="use-idempotent:store")
    assert call(host, "call_with", {"idempotent": True}, "get") == "again"


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": True},
        {"timeout": float("nan")},
        {"timeout": 2_147_484},
        {"timeout": "1"},
        {"idempotent": 1},
        {"trace": {"a": 1}},
        {"trace": "a"},
    ],
)
def test_a_wrong_option_is_refused_by_name(host: Host, options: dict[str, Any]) -> None:
    with pytest.raises(IsolationError, match=f"{next(iter(options))} must be") as caught:
        call(host, "call_with", options, "get")
    assert caught.value.code == "INVALID_OPTION"


@pytest.mark.parametrize("how", ["proxy", "member", "kept", "remote", "inside"])
def test_what_was_granted_is_not_handed_on(host: Host, how: str) -> None:
    grant(host, "echo", lambda value: value)
    with pytest.raises(IsolationError, match="handOn: true") as caught:
        call(host, "hand_on", how)
    assert caught.value.code == "NOT_GRANTED"


@pytest.mark.parametrize("how", ["proxy", "member"])
def test_what_was_granted_is_no_result(host: Host, how: str) -> None:
    with pytest.raises(IsolationError) as caught:
        call(host, "give_back", how)
    assert caught.value.code == "NOT_GRANTED"


def test_what_the_host_names_may_be_handed_on(host: Host) -> None:
    host.call("mayHandOn", ["store"], module="pihost:")
    grant(host, "get", lambda key: f"value of {key}")
    grant(host, "echo", lambda member: member("k"))
    assert call(host, "hand_on", "member") == "value of k"
    assert call(host, "hand_on", "kept") == "value of k"
    for how in ("proxy", "remote"):
        grant(host, "echo", lambda proxy: proxy.get("k"))
        assert call(host, "hand_on", how) == "value of k"
    grant(host, "nested", lambda key: f"nested {key}")
    grant(host, "echo", lambda values: values[0]["deep"]("k"))
    assert call(host, "hand_on", "inside") == "nested k"
    host.call("mayHandOn", [], module="pihost:")
    with pytest.raises(IsolationError):
        call(host, "hand_on", "member")


@pytest.mark.parametrize("path", ["store", "store.get", "get"])
def test_what_a_module_was_granted_is_no_export_of_it(host: Host, path: str) -> None:
    grant(host, "get", lambda: "secret")
    with pytest.raises(IsolationError) as caught:
        call(host, path)
    assert caught.value.code == "METHOD_NOT_FOUND"
    names = [entry["name"] for entry in host.call("exports", USER, module="pihost:")]
    assert not {"store", "get"} & set(names)


@pytest.mark.parametrize("method", ["sign_in", "sign_in_later"])
def test_the_front_door_is_told(host: Host, method: str) -> None:
    access = {"address": "unix:/socket", "authorization": "Bearer token"}
    grant(host, "access", lambda: access, module="use:kernel:front-door")
    told = call(host, method)
    assert told[-2:] == list(access.values())
    assert method == "sign_in_later" or told[0] == FrontDoorAccess.__name__


def test_without_a_grant_the_front_door_is_not_told(host: Host) -> None:
    with pytest.raises(IsolationError) as caught:
        call(host, "sign_in")
    assert caught.value.code == "NOT_GRANTED"


def test_more_names_than_are_remembered_can_be_called(host: Host) -> None:
    for number in range(10_050):
        grant(host, f"name{number}", lambda: None)
    call(host, "use_many", 10_050)
    assert call(host, "call", "store", "name1") is None


def test_a_process_without_a_host_that_serves_it_says_so(host: Host) -> None:
    code = "from process_isolation_pihost.process.uses import uses, use\nuses().is_isolate = True\nuse('store').get()"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=False
    )
    assert "STOPPED: no host serves this process" in ended.stderr


def test_outside_of_an_isolate_it_is_refused_at_once() -> None:
    with pytest.raises(RuntimeError, match=r"use\('store'\) works in the isolates of a kernel: this process is none"):
        use("store")
