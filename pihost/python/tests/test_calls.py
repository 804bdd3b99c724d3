"""Calls, streams and loans, of a true process on true descriptors."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from conftest import MODULES, SAMPLE, Host

from process_isolation_pihost.errors import IsolationError, RemoteError
from process_isolation_pihost.session import Signal, remote


def test_functions_return_what_they_return(host: Host) -> None:
    assert host.call("add", 1, 2) == 3
    assert host.call("add_later", 1, 2) == 3
    assert host.call("nothing") is None
    assert host.call("LIMIT") == 3
    assert host.call("Counter.zero") == 0
    assert host.call("Counter.name") == "Counter"


@pytest.mark.parametrize("value", [2**70, {1: [2]}, "$x", b"\0" * 100_000, "ä" * 100_000, [float("inf")]])
def test_values_beyond_json_and_large_ones_cross_both_ways(host: Host, value: Any) -> None:
    assert host.call("echo", value) == value


def test_large_values_cross_in_shared_memory(start: Any, shared: str) -> None:
    host = start(shared=shared).ready()
    for size in (32 * 1024, 1_000_000, 5_000_000):
        data = bytes(range(256)) * (size // 256)
        assert host.call("echo", data) == data


def test_an_exception_arrives_with_its_traceback(host: Host) -> None:
    with pytest.raises(ValueError, match="no good") as caught:
        host.call("fail", "no good")
    stack = vars(caught.value)["stack"]
    assert "sample.py" in stack
    assert "raise ValueError(message)" in stack
    assert "incoming_calls.py" not in stack


def test_a_cause_arrives_as_the_cause(host: Host) -> None:
    with pytest.raises(RuntimeError) as caught:
        host.call("fail_deeply")
    cause = caught.value.__cause__
    assert isinstance(cause, (KeyError, RemoteError))


def test_an_error_of_the_system_has_its_code(host: Host) -> None:
    with pytest.raises(RemoteError) as caught:
        host.call("no_file")
    assert (caught.value.name, caught.value.code) == ("FileNotFoundError", "ENOENT")


MISSING = [
    (SAMPLE, "nope", "METHOD_NOT_FOUND"),
    (SAMPLE, "addd", "METHOD_NOT_FOUND"),
    (SAMPLE, "_hidden", "METHOD_NOT_FOUND"),
    (SAMPLE, "os", "METHOD_NOT_FOUND"),
    (SAMPLE, "current_call", "METHOD_NOT_FOUND"),
    (SAMPLE, "Counter", "METHOD_NOT_FOUND"),
    (SAMPLE, "Counter.increase", "METHOD_NOT_FOUND"),
    (SAMPLE, "Counter.__init__", "METHOD_NOT_FOUND"),
    (SAMPLE, "", "METHOD_NOT_FOUND"),
    (str(MODULES / "chosen.py"), "unlisted", "METHOD_NOT_FOUND"),
    (str(MODULES / "none.py"), "add", "MODULE_NOT_FOUND"),
    ("no_such_package", "add", "MODULE_NOT_FOUND"),
    ("./broken.py", "add", "MODULE_FAILED"),
    ("pihost:", "nope", "METHOD_NOT_FOUND"),
]


@pytest.mark.parametrize(("module", "method", "code"), MISSING)
def test_what_is_not_exported_cannot_be_called(host: Host, module: str, method: str, code: str) -> None:
    with pytest.raises(IsolationError) as caught:
        host.call(method, module=module)
    assert caught.value.code == code


MODULE_NAMES = [
    (SAMPLE, "add", 3),
    ((MODULES / "sample.py").as_uri(), "add", 3),
    ("./sample.py", "add", 3),
    ("sample", "add", 3),
    ("operator", "add", 3),
    ("./chosen.py", "_marked", None),
    ("shop.price", "gross", None),
    ("./shop/price.py", "gross", None),
]


@pytest.mark.parametrize(("module", "method", "result"), MODULE_NAMES)
def test_a_module_is_found_by_path_url_and_name(host: Host, module: str, method: str, result: Any) -> None:
    if method == "gross":
        assert host.call(method, 100, module=module) == 120
    elif method == "_marked":
        assert host.call(method, module=module) == 3
    else:
        assert host.call(method, 1, 2, module=module) == result


@pytest.mark.parametrize("method", ["count", "count_later"])
def test_a_generator_streams(host: Host, method: str) -> None:
    assert list(host.call(method, 5_000)) == list(range(5_000))


def test_a_stream_ends_with_what_its_generator_raised(host: Host) -> None:
    items = []
    with pytest.raises(ValueError, match="after the last"):
        for item in host.call("count_then_fail", 3):
            items.append(item)
    assert items == [0, 1, 2]


def test_a_generator_runs_ahead_no_further_than_its_window(host: Host) -> None:
    told: list[Any] = []
    closed = threading.Event()

    def tell(value: Any) -> None:
        told.append(value)
        if value == "closed":
            closed.set()

    stream = host.call("count_and_tell", 1_000_000, tell)
    assert next(stream) == 0
    stream.close()
    assert closed.wait(10)
    assert len(told) < 4_000


@pytest.mark.parametrize("method", ["total", "total_later"])
def test_a_stream_of_the_host_is_iterated(host: Host, method: str) -> None:
    assert host.call(method, iter(range(5_000))) == sum(range(5_000))


@pytest.mark.parametrize("method", ["call_back", "call_back_later"])
def test_a_function_of_the_host_is_called(host: Host, method: str) -> None:
    assert host.call(method, lambda value: value * 2, 21) == 42


def test_an_error_of_a_callback_is_raised_where_it_was_called(host: Host) -> None:
    def fail(_: Any) -> None:
        raise ValueError("of the host")

    with pytest.raises(ValueError, match="of the host"):
        host.call("call_back", fail, 1)


def test_a_callback_may_call_the_process_again_while_it_is_waited_for(host: Host) -> None:
    assert host.call("call_back", lambda value: host.call("add", value, 1), 1) == 2


def test_live_objects_work_both_ways(host: Host) -> None:
    class Doubler:
        def double(self, value: int) -> int:
            return value * 2

    assert host.call("call_object", remote(Doubler()), 4) == 8
    counter = host.call("make_counter")
    assert (counter.increase(2), counter.increase(3), counter.value()) == (2, 5, 5)
    with pytest.raises(AttributeError):
        counter._secret()


def test_a_kept_function_outlives_its_call(host: Host) -> None:
    add = host.call("keep_adder", 5)
    assert (add(1), add(2)) == (6, 7)


def test_functions_run_in_the_main_thread(host: Host) -> None:
    assert host.call("thread_name") == "MainThread"


def test_a_timeout_cancels_the_task_of_a_coroutine(host: Host) -> None:
    # Loads the module and the event loop: the time is that of the coroutine alone.
    assert host.call("add_later", 1, 1) == 2
    with pytest.raises(IsolationError) as caught:
        host.call("wait_for_ever", timeout=1)
    assert caught.value.code == "DEADLINE_EXCEEDED"
    assert host.call("was_cancelled", 10) is True


def test_a_signal_reaches_a_function_that_blocks(host: Host) -> None:
    with pytest.raises(IsolationError):
        host.call("wait_for_signal", timeout=0.2)
    assert host.call("add", 1, 1) == 2


def test_a_call_knows_its_attempt_and_its_time(host: Host) -> None:
    assert host.call("facts_of_call", timeout=30) == {"attempt": 1, "has_time": True, "trace": {}}


def test_status_is_answered_while_a_function_blocks(host: Host) -> None:
    blocked = threading.Thread(target=lambda: host.call("sleep", 0.5))
    blocked.start()
    status = host.call("status", module="pihost:")
    assert (status["state"], status["isolate"], status["generation"]) == (1, "test", 1)
    blocked.join()


def test_exports_are_listed(host: Host) -> None:
    listed = {entry["name"]: entry for entry in host.call("exports", SAMPLE, module="pihost:")}
    assert listed["count_later"] == {"name": "count_later", "kind": "function", "async": True, "generator": True}
    assert listed["LIMIT"] == {"name": "LIMIT", "kind": "value"}
    assert [member["name"] for member in listed["Counter"]["members"]] == ["name", "zero"]
    assert not {"_hidden", "os", "current_call"} & listed.keys()


def test_data_is_stored_with_the_host(host: Host) -> None:
    assert host.call("remember", "k", [1]) == [1]
    assert host.stored == {"k": [1]}
    host.call("setData", "other", 2, module="pihost:")
    assert host.call("getData", "other", module="pihost:") == 2


def test_data_that_cannot_cross_is_stored_nowhere(host: Host) -> None:
    host.call("remember", "k", 1)
    with pytest.raises(IsolationError, match="NOT_SERIALIZABLE"):
        host.call("remember_function", "k")
    assert host.call("getData", "k", module="pihost:") == 1
    assert host.stored == {"k": 1}


def test_many_calls_at_once_are_all_answered(host: Host) -> None:
    handle = host.session.new_handle(SAMPLE, "add")

    async def main() -> list[Any]:
        return list(await asyncio.gather(*[host.session.call_async(handle, [i, 1]) for i in range(5_000)]))

    assert asyncio.run(main()) == [i + 1 for i in range(5_000)]


def test_a_signal_of_the_host_fires_in_the_process(host: Host) -> None:
    signal = Signal()
    results: list[Any] = []
    waiting = threading.Thread(target=lambda: results.append(host.call("echo", signal)))
    waiting.start()
    waiting.join()
    assert isinstance(results[0], Signal)
