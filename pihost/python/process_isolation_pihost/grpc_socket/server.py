"""The services on the socket."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from ..errors import IsolationError
from ..session.call_once import call_once
from ..wire.protobuf import bytes_of, double_field, length_delimited, number_field, read_fields, text_field, text_of
from .error_details import status_of
from .json_value import decode_list, decode_value, encode_value
from .open_rpcs import tell_while_open
from .reflection import reflection_handlers
from .session_lane import RpcLane

_THREADS = 32
_DEFAULT_GRACE = 5.0
_DEFAULT_WATCH = 1.0
_SHORTEST_WATCH = 0.01
_STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}
_SERVING, _NOT_SERVING = 1, 2


def start_server(pihost: Any, target: str) -> Any:
    """Serves for as long as somebody keeps what it returns."""
    server = grpc.server(
        ThreadPoolExecutor(_THREADS, thread_name_prefix="pihost-grpc"),
        interceptors=[_TokenCheck(pihost.token)],
        options=[("grpc.max_receive_message_length", 64 * 1024 * 1024), ("grpc.max_send_message_length", -1)],
    )
    service = _HostService(pihost)
    unary = {
        "Invoke": service.invoke,
        "Status": service.status,
        "SetData": service.set_data,
        "GetData": service.get_data,
    }
    handlers = {name: grpc.unary_unary_rpc_method_handler(_answering(handle)) for name, handle in unary.items()}
    handlers["Shutdown"] = grpc.unary_unary_rpc_method_handler(service.shutdown)
    handlers["Watch"] = grpc.unary_stream_rpc_method_handler(service.watch)
    handlers["Session"] = grpc.stream_stream_rpc_method_handler(service.session)
    health = {
        "Check": grpc.unary_unary_rpc_method_handler(service.check_health),
        "Watch": grpc.unary_stream_rpc_method_handler(service.watch_health),
    }
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler("pihost.v1.HostService", handlers),
            grpc.method_handlers_generic_handler("grpc.health.v1.Health", health),
            *reflection_handlers(pihost),
        )
    )
    server.add_insecure_port(target)
    server.start()
    return server


class _TokenCheck(grpc.ServerInterceptor):  # type: ignore[misc, unused-ignore]
    """Refuses a request without the token of the generation, or with two, before any handler sees it."""

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}"

        def refuse(_: Any, context: Any) -> None:
            context.abort(
                grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED: the generation's token is missing or wrong"
            )

        self._refusal = grpc.unary_unary_rpc_method_handler(refuse)

    def intercept_service(self, continuation: Any, details: Any) -> Any:
        given = [value for key, value in details.invocation_metadata if key == "authorization"]
        is_right = len(given) == 1 and hmac.compare_digest(str(given[0]).encode(), self._expected.encode())
        return continuation(details) if is_right else self._refusal


def _answering(handle: Callable[[bytes, Any], bytes]) -> Callable[[bytes, Any], bytes]:
    """What a handler raises becomes a status with details."""

    def answer(request: bytes, context: Any) -> bytes:
        try:
            return handle(request, context)
        except Exception as error:
            code, message, details = status_of(error)
            context.set_trailing_metadata((("grpc-status-details-bin", details),))
            context.abort(_STATUS_CODES[code], message)
            raise AssertionError("abort raises") from None

    return answer


class _HostService:
    """The handlers; requests and answers are bytes."""

    def __init__(self, pihost: Any) -> None:
        self._pihost = pihost

    def invoke(self, request: bytes, context: Any) -> bytes:
        fields = {number: raw for number, _, raw in read_fields(request)}
        module, method = text_of(fields.get(1, b"")), text_of(fields.get(2, b""))
        args = decode_list(bytes_of(fields.get(3, b"")))
        # Counted first: of a drain that begins now, either the call hears or the drain of the call.
        with self._pihost.calls.single.counted(context):
            if self._pihost.refusal is not None:
                raise self._pihost.refusal
            result = call_once(self._pihost.executor, lambda: self._pihost.function_of(module, method)(*args))
            return length_delimited(1, encode_value(result, "result"))

    def status(self, _: bytes, context: Any) -> bytes:
        return length_delimited(1, _encode_status(self._pihost.status()))

    def watch(self, request: bytes, context: Any) -> Iterator[bytes]:
        interval = max(_SHORTEST_WATCH, _seconds_of(request, 1, _DEFAULT_WATCH))
        while context.is_active():
            yield self.status(b"", context)
            if self._pihost.draining.wait(interval):
                yield self.status(b"", context)
                return

    def shutdown(self, request: bytes, context: Any) -> bytes:
        fields = {number: raw for number, _, raw in read_fields(request)}
        in_flight = self._pihost.calls.counts().in_flight
        answered = threading.Event()
        context.add_callback(answered.set)
        grace = _seconds_of(request, 2, _DEFAULT_GRACE)
        self._pihost.shutdown(text_of(fields.get(1, b"")), grace, answered=answered)
        return number_field(1, in_flight)

    def set_data(self, request: bytes, _: Any) -> bytes:
        fields = {number: raw for number, _, raw in read_fields(request)}
        self._pihost.data.set(text_of(fields.get(1, b"")), decode_value(bytes_of(fields.get(2, b""))))
        return b""

    def get_data(self, request: bytes, _: Any) -> bytes:
        fields = {number: raw for number, _, raw in read_fields(request)}
        value = self._pihost.data.get(text_of(fields.get(1, b"")))
        return b"" if value is None else length_delimited(1, encode_value(value, "value"))

    def session(self, requests: Iterator[bytes], context: Any) -> Iterator[bytes]:
        lane = RpcLane(requests, context)
        tell_while_open(context, self._pihost.answered, lane.finish)
        context.send_initial_metadata(())
        threading.Thread(target=self._serve_session, args=(lane,), daemon=True).start()
        return lane.answers()

    def check_health(self, request: bytes, context: Any) -> bytes:
        for number, _, raw in read_fields(request):
            if number == 1 and text_of(raw) not in ("", "pihost.v1.HostService"):
                context.abort(grpc.StatusCode.NOT_FOUND, f"there is no service {text_of(raw)!r}")
        return number_field(1, _NOT_SERVING if self._pihost.refusal is not None else _SERVING)

    def watch_health(self, request: bytes, context: Any) -> Iterator[bytes]:
        yield self.check_health(request, context)
        while context.is_active():
            if self._pihost.draining.wait(_DEFAULT_WATCH):
                yield number_field(1, _NOT_SERVING)
                return

    def _serve_session(self, lane: RpcLane) -> None:
        try:
            self._pihost.serve_session(lane)
        finally:
            lane.close()


def _seconds_of(message: bytes, field: int, default: float) -> float:
    """A Duration field."""
    for number, _, raw in read_fields(message):
        if number == field:
            parts = {key: value for key, _, value in read_fields(bytes_of(raw))}
            seconds, nanos = parts.get(1, 0), parts.get(2, 0)
            if isinstance(seconds, int) and isinstance(nanos, int):
                return seconds + nanos / 1e9 if seconds < 2**63 else 0.0
            raise IsolationError("INVALID_OPTION", "a duration has seconds and nanoseconds")
    return default


def _encode_status(status: dict[str, Any]) -> bytes:
    uptime = status["uptime"]
    numbers = {
        1: status["state"],
        2: status["pid"],
        4: status["generation"],
        6: status["callsInFlight"],
        7: status["callsDone"],
        8: status["callsFailed"],
        9: status["rssBytes"],
    }
    parts = [number_field(field, value) for field, value in numbers.items()]
    parts.append(text_field(3, status["isolate"]))
    parts.append(length_delimited(5, number_field(1, uptime["seconds"]) + number_field(2, uptime["nanos"])))
    parts.append(double_field(12, status["cpuSeconds"]))
    parts.append(text_field(14, status["runtimeVersion"]))
    parts.append(text_field(15, status["packageVersion"]))
    return b"".join(parts)
