"""Unary calls with JSON over the socket of a process, for who has its address and token. Needs grpcio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from process_isolation_pihost.errors import IsolationError
from process_isolation_pihost.grpc_socket.error_details import error_of_details
from process_isolation_pihost.grpc_socket.json_value import decode_value, encode_value
from process_isolation_pihost.wire.protobuf import bytes_of, length_delimited, read_fields, text_field

# gRPC's own bound of 4 MiB is less than what a call may well return.
_MAX_RECEIVED = 1024 * 1024 * 1024
_INVOKE = "/pihost.v1.HostService/Invoke"


class SocketClient:
    """Calls over gRPC. A Session, as ``Isolate`` has, is several times faster, and carries more than JSON."""

    def __init__(self, address: str, token: str) -> None:
        try:
            import grpc
        except ImportError as error:
            raise IsolationError("INVALID_OPTION", "calls over the socket need grpcio: pip install grpcio") from error
        self._grpc = grpc
        self._metadata = (("authorization", f"Bearer {token}"),)
        options = [("grpc.max_receive_message_length", _MAX_RECEIVED), ("grpc.max_send_message_length", -1)]
        self._channel = grpc.insecure_channel(f"unix:{address}", options)
        self._invoke = self._channel.unary_unary(_INVOKE)

    def invoke(self, module: str, method: str, args: Sequence[Any] = (), timeout: float | None = None) -> Any:
        """Calls an export. Raises what it threw, as ``Isolate.call`` does."""
        items = b"".join([length_delimited(1, encode_value(arg, f"args[{index}]")) for index, arg in enumerate(args)])
        request = text_field(1, module) + text_field(2, method) + length_delimited(3, items)
        try:
            response: bytes = self._invoke(request, metadata=self._metadata, timeout=timeout)
        except self._grpc.RpcError as error:
            raise self._exception(error) from None
        for field, _, raw in read_fields(response):
            if field == 1:
                return decode_value(bytes_of(raw))
        return None

    def close(self) -> None:
        """Lets go of the socket."""
        self._channel.close()

    def __enter__(self) -> SocketClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _exception(self, error: Any) -> BaseException:
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                found = error_of_details(value)
                if found is not None:
                    return found
        codes = {
            self._grpc.StatusCode.UNAUTHENTICATED: "UNAUTHENTICATED",
            self._grpc.StatusCode.DEADLINE_EXCEEDED: "DEADLINE_EXCEEDED",
            self._grpc.StatusCode.CANCELLED: "CANCELLED",
            self._grpc.StatusCode.UNAVAILABLE: "CRASHED",
        }
        return IsolationError(codes.get(error.code(), "PROTOCOL"), error.details() or str(error.code()))
