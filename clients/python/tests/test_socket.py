"""Unary calls over the socket, with grpcio, against both pihosts."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator

import pytest
from conftest import Runtime

from process_isolation import Isolate, IsolateOptions, IsolationError, RemoteError, SocketClient

pytest.importorskip("grpc", reason="the socket needs grpcio")


@pytest.fixture
def served(runtime: Runtime, options: IsolateOptions) -> Iterator[Isolate]:
    with Isolate(runtime.command, dataclasses.replace(options, socket=True)) as isolate:
        yield isolate


@pytest.fixture
def client(served: Isolate) -> Iterator[SocketClient]:
    with SocketClient(served.address, served.token) as connected:
        yield connected


def test_the_socket_is_for_its_owner_alone(served: Isolate) -> None:
    assert os.stat(served.address).st_mode & 0o777 == 0o600


def test_an_export_is_called_with_json(client: SocketClient, module: str) -> None:
    assert client.invoke(module, "add", [1, 2]) == 3
    value = {"a": [1, 2.5, None, True, "ä"]}
    assert client.invoke(module, "echo", [value]) == value


def test_large_results_arrive(client: SocketClient, module: str) -> None:
    assert client.invoke(module, "echo", ["x" * 6_000_000]) == "x" * 6_000_000


@pytest.mark.parametrize("message", ["no good", "x" * 7_000, "漢" * 20_000])
def test_errors_arrive_whatever_they_say(client: SocketClient, module: str, message: str) -> None:
    with pytest.raises(RemoteError) as caught:
        client.invoke(module, "fail", [message])
    assert caught.value.name == "ValueError"
    assert caught.value.message[:7] == message[:7]


def test_framework_errors_keep_their_code(client: SocketClient, module: str) -> None:
    with pytest.raises(IsolationError) as caught:
        client.invoke(module, "nothing")
    assert caught.value.code == "METHOD_NOT_FOUND"


def test_another_token_is_refused(served: Isolate, module: str) -> None:
    with SocketClient(served.address, "0" * 64) as stranger, pytest.raises(IsolationError) as caught:
        stranger.invoke(module, "add", [1, 2])
    assert caught.value.code == "UNAUTHENTICATED"
