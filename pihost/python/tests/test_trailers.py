"""Errors of the socket, as a client on gRPC's C core gets them: it fails a request with more than 8 KiB of metadata."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from conftest import MODULES, Host

from process_isolation_pihost.errors import IsolationError, RemoteError, ThrownValue
from process_isolation_pihost.grpc_socket.error_details import error_of_details
from process_isolation_pihost.grpc_socket.json_value import encode_value
from process_isolation_pihost.wire.protobuf import length_delimited, text_field

BEARER = (("authorization", f"Bearer {'0' * 64}"),)
MOST_BYTES = 8_192
HEADER_BYTES = 32


class Failing:
    """Calls what fails."""

    def __init__(self, channel: Any) -> None:
        self._invoke = channel.unary_unary("/pihost.v1.HostService/Invoke")

    def __call__(self, method: str, *args: Any) -> Any:
        """What is told in the details, if it has come whole."""
        values = b"".join([length_delimited(1, encode_value(value, "args")) for value in args])
        request = text_field(1, str(MODULES / "throws.py")) + text_field(2, method) + length_delimited(3, values)
        with pytest.raises(grpc.RpcError) as raised:
            self._invoke(request, metadata=BEARER)
        assert raised.value.code() in (grpc.StatusCode.UNKNOWN, grpc.StatusCode.INVALID_ARGUMENT)
        trailers = dict(raised.value.trailing_metadata())
        details = trailers["grpc-status-details-bin"]
        # Percent-encoded, and in base64.
        size = 3 * len(raised.value.details()) + (len(details) + 2) // 3 * 4 + 2 * HEADER_BYTES + 35
        assert size < MOST_BYTES - 512
        return error_of_details(details)


@pytest.fixture(scope="module")
def failing() -> Iterator[Failing]:
    with tempfile.TemporaryDirectory() as folder:
        host = Host({"address": f"{folder}/s"})
        try:
            host.ready()
            with grpc.insecure_channel(f"unix:{folder}/s") as channel:
                yield Failing(channel)
        finally:
            host.close()


@pytest.mark.parametrize("length", [100, 1_000, 3_000, 5_900, 7_000, 10_000, 60_000])
@pytest.mark.parametrize("text", ["x", "é", "文", "\U0001f600", "%", "\x01", '"\\'])
def test_an_error_of_any_length_comes_with_message_and_stack(failing: Failing, text: str, length: int) -> None:
    for message_length in (20, length):
        error = failing("fail", text, message_length, length)
        assert isinstance(error, RemoteError)
        assert error.name == "TypeError"
        assert len(error.message) >= min(message_length * len(text), 400)
        assert len(error.stack) > min(length, 400)


def test_an_error_that_fits_comes_whole(failing: Failing) -> None:
    error = failing("fail", "x", 500, 4_000)
    assert error.message == "x" * 500
    assert error.stack == "TypeError: x\n" + "x" * 4_000


@pytest.mark.parametrize("count", [1, 10, 1_000])
def test_causes_come_as_far_as_there_is_room(failing: Failing, count: int) -> None:
    error = failing("fail_for_each", count)
    assert error.message == "outermost"
    assert error.cause.message == "0"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups of exceptions came with Python 3.11")
@pytest.mark.parametrize("count", [3, 100, 5_000])
def test_members_come_as_far_as_there_is_room(failing: Failing, count: int) -> None:
    error = failing("fail_with_members", count)
    assert error.name == "ExceptionGroup"
    assert min(count, 20) <= len(error.errors) <= count


@pytest.mark.parametrize(("kind", "code"), [("long", "文" * 66), ("integer", None), ("infinite", None), ("number", 17)])
def test_a_code_comes_where_it_can(failing: Failing, kind: str, code: Any) -> None:
    error = failing("fail_with_code", kind)
    assert error.message == "with a code"
    assert error.code == code


def test_a_name_of_a_class_is_cut(failing: Failing) -> None:
    assert failing("fail_with_name", 9_000).name == "N" * 200


def test_fields_come_where_they_fit(failing: Failing) -> None:
    assert failing("fail_with", "city", "東京").fields == {"city": "東京"}
    assert failing("fail_with", "city", "東京" * 5_000).fields == {}


@pytest.mark.parametrize("kind", ["text", "tree", "bytes", "number"])
def test_what_is_no_error_comes_as_it_is_or_as_text(failing: Failing, kind: str) -> None:
    error = failing("throw", kind)
    assert isinstance(error, ThrownValue)
    if kind == "number":
        assert error.value == 3
    else:
        assert isinstance(error.value, str)
        assert error.value.startswith({"text": "文文", "tree": "{'a': ['文", "bytes": "b'x'"}[kind])


def test_a_result_that_is_no_number_of_json_is_refused(failing: Failing) -> None:
    error = failing("huge")
    assert isinstance(error, IsolationError)
    assert error.code == "NOT_SERIALIZABLE"
