"""Calls on the gRPC socket, and the end of the process."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from conftest import SAMPLE, Host

from process_isolation_pihost.grpc_socket.json_value import decode_value, encode_value
from process_isolation_pihost.grpc_socket.open_rpcs import tell_while_open
from process_isolation_pihost.session import Signal
from process_isolation_pihost.wire.protobuf import bytes_of, length_delimited, read_fields, text_field

BEARER = (("authorization", f"Bearer {'0' * 64}"),)


class Caller:
    """A client of a process with its socket."""

    def __init__(self, host: Host, channel: Any) -> None:
        self.host = host
        self.channel = channel

    def invoke(self, method: str, *args: Any) -> Any:
        """A future of the answer's bytes."""
        values = b"".join([length_delimited(1, encode_value(value, "args")) for value in args])
        request = text_field(1, SAMPLE) + text_field(2, method) + length_delimited(3, values)
        return self.channel.unary_unary("/pihost.v1.HostService/Invoke").future(request, metadata=BEARER)

    def counts(self) -> tuple[int, int, int]:
        status = self.host.call("status", module="pihost:")
        return status["callsInFlight"], status["callsDone"], status["callsFailed"]


@pytest.fixture
def caller(start: Any) -> Iterator[Caller]:
    with tempfile.TemporaryDirectory() as folder:
        host = start({"address": f"{folder}/s"}).ready()
        with grpc.insecure_channel(f"unix:{folder}/s") as channel:
            yield Caller(host, channel)


def value_in(answer: bytes) -> Any:
    return next(decode_value(bytes_of(raw)) for number, _, raw in read_fields(answer) if number == 1)


def test_calls_by_invoke_are_counted_while_they_run_and_after(caller: Caller) -> None:
    running = caller.invoke("sleep", 0.5)
    while caller.counts()[0] == 0:
        pass
    assert value_in(running.result(30)) == 0.5
    with pytest.raises(grpc.RpcError):
        caller.invoke("no_such_export").result(30)
    while caller.counts()[0] > 0:
        pass
    assert caller.counts() == (0, 1, 1)


def test_a_call_by_invoke_has_the_grace_of_a_shutdown(caller: Caller) -> None:
    # Longer than what the last output and the exit handlers get.
    running = caller.invoke("sleep", 3)
    while caller.counts()[0] == 0:
        pass
    assert caller.host.call("shutdown", "enough", 30_000, module="pihost:") == 1
    with pytest.raises(grpc.RpcError, match="STOPPED"):
        caller.invoke("add", 1, 2).result(30)
    assert value_in(running.result(30)) == 3
    assert caller.host.wait() == 0


@pytest.mark.parametrize("lane", ["Session", "Watch"])
def test_a_stream_that_stays_open_ends_with_the_process(caller: Caller, lane: str) -> None:
    path = f"/pihost.v1.HostService/{lane}"
    is_over = threading.Event()

    def requests() -> Iterator[bytes]:
        yield b""
        is_over.wait()

    if lane == "Session":
        stream = caller.channel.stream_stream(path)(requests(), metadata=BEARER)
        list(stream.initial_metadata())
    else:
        stream = caller.channel.unary_stream(path)(b"", metadata=BEARER)
        next(stream)
    caller.host.call("shutdown", "enough", 30_000, module="pihost:")
    list(stream)
    is_over.set()
    assert stream.code() == grpc.StatusCode.OK
    assert caller.host.wait() == 0


def test_who_is_told_of_an_rpc_is_forgotten_when_it_is_over() -> None:
    signal = Signal()
    told: list[int] = []

    def answer(_: bytes, context: Any) -> bytes:
        tell_while_open(context, signal, lambda: told.append(-1))
        told.append(len(signal._listeners))
        return b""

    with tempfile.TemporaryDirectory() as folder:
        server = grpc.server(ThreadPoolExecutor(1))
        handlers = {"Ask": grpc.unary_unary_rpc_method_handler(answer)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("Test", handlers),))
        server.add_insecure_port(f"unix:{folder}/s")
        server.start()
        with grpc.insecure_channel(f"unix:{folder}/s") as channel:
            channel.unary_unary("/Test/Ask")(b"")
        server.stop(None).wait()
    assert told == [1]
    assert len(signal._listeners) == 0


def test_who_asks_after_a_signal_has_fired_is_told_at_once() -> None:
    signal = Signal()
    told: list[str] = []
    signal.on_abort(lambda: told.append("before"))
    assert signal.abort(None)
    signal.on_abort(lambda: told.append("after"))
    assert not signal.abort(None)
    assert told == ["before", "after"]
