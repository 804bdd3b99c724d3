"""grpc.reflection.v1.ServerReflection, also as v1alpha: grpcurl and its kind call services without .proto files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import grpc

from ..errors import IsolationError
from ..wire.protobuf import BYTES, VARINT, bytes_of, length_delimited, number_field, read_fields, text_field, text_of
from .descriptor_index import DescribedFile, DescriptorIndex
from .open_rpcs import tell_while_open

# Numbers of fields in reflection.proto; those of both versions are the same.
_HOST = 1
_FILE_BY_NAME, _FILE_BY_SYMBOL, _FILE_BY_EXTENSION, _EXTENSIONS_OF_TYPE, _LIST_SERVICES = 3, 4, 5, 6, 7
_VALID_HOST, _ORIGINAL_REQUEST, _FILES, _SERVICES, _ERROR = 1, 2, 4, 6, 7

_NOT_FOUND = grpc.StatusCode.NOT_FOUND.value[0]
_INVALID_ARGUMENT = grpc.StatusCode.INVALID_ARGUMENT.value[0]

# Of a name in a message; names of the contract are shorter.
_NAME_CHARACTERS = 200

_UINT64 = 0xFFFF_FFFF_FFFF_FFFF


def reflection_handlers(pihost: Any) -> list[Any]:
    """One for each version."""

    def serve(requests: Iterator[bytes], context: Any) -> Iterator[bytes]:
        # A stream that a client leaves open would keep its thread, and that the interpreter, when all else has ended.
        tell_while_open(context, pihost.answered, context.cancel)
        sent: set[str] = set()
        for request in requests:
            yield answer_reflection(request, sent)

    method = {"ServerReflectionInfo": grpc.stream_stream_rpc_method_handler(serve)}
    return [
        grpc.method_handlers_generic_handler(f"grpc.reflection.{version}.ServerReflection", method)
        for version in ("v1", "v1alpha")
    ]


def answer_reflection(request: bytes, sent: set[str]) -> bytes:
    """
    A ServerReflectionResponse; what cannot be read is answered, too.

    ``sent`` has the names of the files that the client got on the same stream: it is not sent them as imports again.
    """
    try:
        asked = _read(request)
    except IsolationError as error:
        return _refusal(_INVALID_ARGUMENT, str(error))
    # Made anew of what was understood: a client could not read an answer with the rest in it.
    original = text_field(_HOST, asked.host) + (length_delimited(asked.field, asked.what) if asked.field else b"")
    return text_field(_VALID_HOST, asked.host) + length_delimited(_ORIGINAL_REQUEST, original) + _body(asked, sent)


class _Asked(NamedTuple):
    host: str
    field: int
    """What is asked for; 0 for nothing."""
    what: bytes


def _read(request: bytes) -> _Asked:
    """Of several questions the last, as a oneof has it. Raises PROTOCOL for what is no request."""
    host = ""
    field, what = 0, b""
    for number, kind, raw in read_fields(request):
        if kind != BYTES:
            continue
        if number == _HOST:
            host = text_of(raw)
        elif number == _FILE_BY_EXTENSION:
            field, what = number, _extension_request(bytes_of(raw))
        elif number in (_FILE_BY_NAME, _FILE_BY_SYMBOL, _EXTENSIONS_OF_TYPE, _LIST_SERVICES):
            field, what = number, text_of(raw).encode()
    return _Asked(host, field, what)


def _extension_request(data: bytes) -> bytes:
    """The same without what is unknown."""
    containing_type = b""
    extension_number = b""
    for number, kind, raw in read_fields(data):
        if number == 1 and kind == BYTES:
            containing_type = text_field(1, text_of(raw))
        elif number == 2 and kind == VARINT and isinstance(raw, int):
            extension_number = number_field(2, raw & _UINT64)
    return containing_type + extension_number


def _body(asked: _Asked, sent: set[str]) -> bytes:
    if asked.field == _LIST_SERVICES:
        services = [length_delimited(1, text_field(1, name)) for name in _index().services]
        return length_delimited(_SERVICES, b"".join(services))
    name = "" if asked.field == _FILE_BY_EXTENSION else asked.what.decode()
    if asked.field == _FILE_BY_NAME:
        return _files(_index().by_name(name), f"no file {_shown(name)}", sent)
    if asked.field == _FILE_BY_SYMBOL:
        return _files(_index().by_symbol(name), f"no symbol {_shown(name)}", sent)
    if asked.field in (_FILE_BY_EXTENSION, _EXTENSIONS_OF_TYPE):
        return _refusal(_NOT_FOUND, "the contract has no extensions")
    return _refusal(_INVALID_ARGUMENT, "the request asks for nothing that reflection knows")


def _files(file: DescribedFile | None, missing: str, sent: set[str]) -> bytes:
    if file is None:
        return _refusal(_NOT_FOUND, f"the contract has {missing}")
    return length_delimited(_FILES, b"".join([length_delimited(1, each.data) for each in _index().closure(file, sent)]))


def _refusal(code: int, message: str) -> bytes:
    return length_delimited(_ERROR, number_field(1, code) + text_field(2, message))


def _shown(name: str) -> str:
    return repr(name if len(name) <= _NAME_CHARACTERS else f"{name[:_NAME_CHARACTERS]}…")


@lru_cache(maxsize=1)
def _index() -> DescriptorIndex:
    """Made when the first client asks, which most processes never see."""
    return DescriptorIndex()
