"""The contract told by the socket itself, to clients that have no .proto files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from queue import Queue
from typing import Any

import grpc
import pytest
from conftest import SAMPLE, Host

from process_isolation_pihost.wire import protobuf
from process_isolation_pihost.wire.protobuf import length_delimited, read_fields, text_of

VERSIONS = ["v1", "v1alpha"]
TOKEN = "0" * 64
BEARER = (("authorization", f"Bearer {TOKEN}"),)
FILE_BY_NAME, FILE_BY_SYMBOL, BY_EXTENSION, EXTENSIONS_OF, LIST = 3, 4, 5, 6, 7
NOT_FOUND, INVALID_ARGUMENT = 5, 3

Fields = dict[int, list[Any]]


class Served:
    """A process with its socket."""

    def __init__(self, host: Host, folder: str) -> None:
        self.host = host
        self.target = f"unix://{folder}/s"
        self.channel = grpc.insecure_channel(f"unix:{folder}/s")

    def stream(self, version: str = "v1", metadata: Any = BEARER) -> Stream:
        return Stream(self.channel, version, metadata)


class Stream:
    """One ServerReflectionInfo: requests one after the other."""

    def __init__(self, channel: Any, version: str, metadata: Any) -> None:
        self._requests: Queue[bytes | None] = Queue()
        path = f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
        self.answers = channel.stream_stream(path)(iter(self._requests.get, None), metadata=metadata)

    def ask(self, request: bytes) -> Fields:
        self._requests.put(request)
        return fields_of(next(self.answers))

    def files(self, field: int, name: str) -> list[str]:
        """The names of the files that come."""
        answer = self.ask(length_delimited(field, name.encode()))
        assert 7 not in answer, refusal_in(answer)
        return [fields_of(data)[1][0].decode() for data in fields_of(answer[4][0])[1]]

    def close(self) -> None:
        self._requests.put(None)


def fields_of(message: bytes) -> Fields:
    found: Fields = {}
    for number, _, value in read_fields(message):
        found.setdefault(number, []).append(value)
    return found


def refusal_in(answer: Fields) -> tuple[int, str]:
    error = fields_of(answer[7][0])
    return error[1][0], text_of(error[2][0])


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve() as served:
        yield served


@contextmanager
def serve() -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder, closing(Host({"address": f"{folder}/s"})) as host:
        served = Served(host.ready(), folder)
        with served.channel:
            yield served


@pytest.mark.parametrize("version", VERSIONS)
def test_it_lists_the_services_that_the_socket_is_for(served: Served, version: str) -> None:
    answer = served.stream(version).ask(length_delimited(LIST, b"*"))
    names = [fields_of(service)[1][0] for service in fields_of(answer[6][0])[1]]
    assert sorted(names) == [b"grpc.health.v1.Health", b"pihost.v1.HostService"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("symbol", "file"),
    [
        ("pihost.v1.HostService", "pihost/v1/host_service.proto"),
        ("pihost.v1.HostService.Invoke", "pihost/v1/host_service.proto"),
        ("pihost.v1.InvokeRequest", "pihost/v1/host_service.proto"),
        ("pihost.v1.InvokeRequest.method", "pihost/v1/host_service.proto"),
        ("pihost.v1.RemoteError", "pihost/v1/errors.proto"),
        ("grpc.health.v1.Health.Check", "health/v1/health.proto"),
        ("grpc.health.v1.HealthCheckResponse.ServingStatus", "health/v1/health.proto"),
        ("grpc.health.v1.HealthCheckResponse.SERVING", "health/v1/health.proto"),
        ("google.protobuf.Struct.FieldsEntry", "google/protobuf/struct.proto"),
        ("google.protobuf.Value.kind", "google/protobuf/struct.proto"),
        ("google.protobuf.NULL_VALUE", "google/protobuf/struct.proto"),
    ],
)
def test_it_finds_the_file_of_a_name(served: Served, version: str, symbol: str, file: str) -> None:
    assert served.stream(version).files(FILE_BY_SYMBOL, symbol)[0] == file


def test_a_file_comes_with_what_it_imports_once_on_each_stream(served: Served) -> None:
    stream = served.stream()
    files = stream.files(FILE_BY_NAME, "pihost/v1/host_service.proto")
    assert files[0] == "pihost/v1/host_service.proto"
    assert {"google/protobuf/struct.proto", "pihost/v1/status.proto"} <= set(files)
    assert len(set(files)) == len(files)
    assert stream.files(FILE_BY_NAME, "pihost/v1/errors.proto") == ["pihost/v1/errors.proto"]
    assert stream.files(FILE_BY_NAME, "pihost/v1/errors.proto") == ["pihost/v1/errors.proto"]
    assert "google/protobuf/struct.proto" in served.stream().files(FILE_BY_NAME, "pihost/v1/errors.proto")


def test_the_answer_repeats_the_question(served: Served) -> None:
    request = length_delimited(1, b"here") + length_delimited(FILE_BY_SYMBOL, b"pihost.v1.Nothing")
    answer = served.stream().ask(request)
    assert answer[1] == [b"here"]
    assert answer[2] == [request]
    assert refusal_in(answer) == (NOT_FOUND, "the contract has no symbol 'pihost.v1.Nothing'")


EXTENSION = length_delimited(1, b"google.protobuf.MethodOptions") + protobuf.number_field(2, 50_000)


@pytest.mark.parametrize(
    ("request_bytes", "code"),
    [
        pytest.param(b"", INVALID_ARGUMENT, id="nothing"),
        pytest.param(length_delimited(1, b"host"), INVALID_ARGUMENT, id="nothing but a host"),
        pytest.param(length_delimited(99, b"x"), INVALID_ARGUMENT, id="an unknown question"),
        pytest.param(protobuf.number_field(FILE_BY_SYMBOL, 7), INVALID_ARGUMENT, id="a number for a name"),
        pytest.param(b"\x21" + b"12345678", INVALID_ARGUMENT, id="eight bytes for a name"),
        pytest.param(b"\x22\x05ab", INVALID_ARGUMENT, id="a name that ends too early"),
        pytest.param(b"\xff" * 20, INVALID_ARGUMENT, id="no message at all"),
        pytest.param(b"\x23\x24", INVALID_ARGUMENT, id="a group"),
        pytest.param(length_delimited(FILE_BY_SYMBOL, b"\xff\xfe"), INVALID_ARGUMENT, id="a name that is no text"),
        pytest.param(length_delimited(BY_EXTENSION, b"\xff"), INVALID_ARGUMENT, id="a broken extension"),
        pytest.param(length_delimited(BY_EXTENSION, EXTENSION), NOT_FOUND, id="an extension"),
        pytest.param(length_delimited(EXTENSIONS_OF, b"pihost.v1.InvokeRequest"), NOT_FOUND, id="extensions"),
        pytest.param(length_delimited(FILE_BY_NAME, b"../../etc/passwd"), NOT_FOUND, id="another file"),
        pytest.param(length_delimited(FILE_BY_NAME, b""), NOT_FOUND, id="a file without a name"),
        pytest.param(length_delimited(FILE_BY_SYMBOL, b""), NOT_FOUND, id="the empty name"),
        pytest.param(length_delimited(FILE_BY_SYMBOL, b"pihost.v1"), NOT_FOUND, id="a package"),
        pytest.param(length_delimited(FILE_BY_SYMBOL, b"x" * 1_000_000), NOT_FOUND, id="a long name"),
    ],
)
def test_what_it_cannot_give_is_answered_and_the_stream_goes_on(
    served: Served, request_bytes: bytes, code: int
) -> None:
    stream = served.stream()
    got, message = refusal_in(stream.ask(request_bytes))
    assert got == code
    assert 0 < len(message) < 400
    assert 6 in stream.ask(length_delimited(LIST, b""))


def test_of_two_questions_the_last_counts(served: Served) -> None:
    question = length_delimited(FILE_BY_SYMBOL, b"pihost.v1.Nothing") + length_delimited(LIST, b"")
    answer = served.stream().ask(question)
    assert 6 in answer
    assert answer[2] == [length_delimited(LIST, b"")]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "metadata",
    [(), (("authorization", "Bearer wrong"),), (*BEARER, *BEARER)],
    ids=["without a token", "with a wrong one", "with two"],
)
def test_it_tells_nothing_to_who_may_not_call(served: Served, version: str, metadata: Any) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        served.stream(version, metadata).ask(length_delimited(LIST, b""))
    assert raised.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_a_stream_ends_when_the_client_has_no_more_questions(served: Served) -> None:
    stream = served.stream()
    stream.ask(length_delimited(LIST, b""))
    stream.close()
    assert list(stream.answers) == []
    assert stream.answers.code() == grpc.StatusCode.OK


def test_a_stream_that_stays_open_does_not_keep_the_process() -> None:
    with serve() as served:
        stream = served.stream()
        stream.ask(length_delimited(LIST, b""))
        served.host.call("shutdown", "enough", 30_000, module="pihost:")
        with pytest.raises(grpc.RpcError):
            next(stream.answers)
        assert stream.answers.code() == grpc.StatusCode.CANCELLED
        assert served.host.wait() == 0


def grpcurl_command() -> str:
    """The real grpcurl; a machine without it must say so, and CI may not be one."""
    found = os.environ.get("PIHOST_GRPCURL") or shutil.which("grpcurl")
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("there is no grpcurl (PIHOST_GRPCURL names one)")
    return str(found)


def grpcurl(served: Served, *args: str) -> subprocess.CompletedProcess[str]:
    """Without any .proto file."""
    options = ["-plaintext", "-H", f"authorization: Bearer {TOKEN}", "-max-time", "30"]
    data = [args[0], args[1]] if args[0] == "-d" else []
    command = [grpcurl_command(), *options, *data, served.target, *args[len(data) :]]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_grpcurl_lists_and_describes(served: Served) -> None:
    assert grpcurl(served, "list").stdout.split() == ["grpc.health.v1.Health", "pihost.v1.HostService"]
    methods = grpcurl(served, "list", "pihost.v1.HostService").stdout.split()
    assert methods == [
        f"pihost.v1.HostService.{name}"
        for name in ("GetData", "Invoke", "Session", "SetData", "Shutdown", "Status", "Watch")
    ]
    invoke = grpcurl(served, "describe", "pihost.v1.HostService.Invoke").stdout
    assert "rpc Invoke ( .pihost.v1.InvokeRequest ) returns ( .pihost.v1.InvokeResponse );" in invoke
    assert ".google.protobuf.ListValue args = 3;" in grpcurl(served, "describe", "pihost.v1.InvokeRequest").stdout
    described = grpcurl(served, "describe")
    assert described.returncode == 0, described.stderr
    missing = grpcurl(served, "describe", "pihost.v1.Nothing")
    assert "Symbol not found: pihost.v1.Nothing" in missing.stderr


def test_grpcurl_calls_and_reads_errors_by_reflection_alone(served: Served) -> None:
    request = json.dumps({"module": SAMPLE, "method": "add", "args": [1, 2]})
    assert json.loads(grpcurl(served, "-d", request, "pihost.v1.HostService/Invoke").stdout) == {"result": 3}
    health = grpcurl(served, "grpc.health.v1.Health/Check")
    assert json.loads(health.stdout) == {"status": "SERVING"}
    status = json.loads(grpcurl(served, "pihost.v1.HostService/Status").stdout)["status"]
    assert status["pid"] == served.host.pid
    failing = json.dumps({"module": SAMPLE, "method": "no_such_export"})
    failed = grpcurl(served, "-d", failing, "pihost.v1.HostService/Invoke").stderr
    assert "Code: NotFound" in failed
    # The details are a message of the contract, too.
    assert re.search(r'"frameworkCode": +"METHOD_NOT_FOUND"', failed)


def test_grpcurl_ends_the_process_in_order() -> None:
    with serve() as served:
        assert grpcurl(served, "-d", '{"reason":"enough"}', "pihost.v1.HostService/Shutdown").returncode == 0
        assert served.host.next_message() == {"stopping": {"reason": "enough"}}
        assert served.host.wait() == 0
