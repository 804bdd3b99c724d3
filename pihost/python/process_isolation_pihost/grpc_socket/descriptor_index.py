"""Which file of the contract has a name in it, and which files it takes to read that one."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..wire.protobuf import bytes_of, read_fields, text_of
from .descriptors import DESCRIPTORS

# Numbers of fields in descriptor.proto.
_FILE_PACKAGE, _FILE_DEPENDENCY, _FILE_MESSAGE, _FILE_ENUM, _FILE_SERVICE = 2, 3, 4, 5, 6
_NAME = 1
_MESSAGE_FIELD, _MESSAGE_NESTED, _MESSAGE_ENUM, _MESSAGE_ONEOF = 2, 3, 4, 8
_SERVICE_METHOD = 2
_ENUM_VALUE = 2


class DescribedFile(NamedTuple):
    name: str
    data: bytes
    """A FileDescriptorProto."""
    dependencies: list[str]


class DescriptorIndex:
    """The files of the contract, of health, and of protobuf itself as far as those import it."""

    def __init__(self) -> None:
        self._files: dict[str, DescribedFile] = {}
        self._symbols: dict[str, DescribedFile] = {}
        #: Full names.
        self.services: list[str] = []
        for name, text in DESCRIPTORS.items():
            self._add(name, base64.b64decode(text))

    def by_name(self, name: str) -> DescribedFile | None:
        return self._files.get(name)

    def by_symbol(self, symbol: str) -> DescribedFile | None:
        """By the full name of a service, method, message, field, oneof, enum or value of an enum."""
        return self._symbols.get(symbol)

    def closure(self, file: DescribedFile, sent: set[str]) -> list[DescribedFile]:
        """The file and all that it imports, itself first, and without others of ``sent``, to which they are added."""
        found = [file]
        sent.add(file.name)
        # Grows while it is walked.
        for each in found:
            for name in each.dependencies:
                if name not in sent:
                    sent.add(name)
                    found.append(self._files[name])
        return found

    def _add(self, name: str, data: bytes) -> None:
        package = "".join([text_of(raw) for raw in _fields(data, _FILE_PACKAGE)])
        file = DescribedFile(name, data, [text_of(raw) for raw in _fields(data, _FILE_DEPENDENCY)])
        self._files[name] = file
        services = [f"{package}.{_name_in(raw)}" for raw in _fields(data, _FILE_SERVICE)]
        self.services += services
        for symbol in _symbols_of(data, package):
            self._symbols[symbol] = file


def _symbols_of(file: bytes, package: str) -> Iterator[str]:
    for message in _fields(file, _FILE_MESSAGE):
        yield from _symbols_of_message(message, package)
    for enum in _fields(file, _FILE_ENUM):
        yield from _symbols_of_enum(enum, package)
    for service in _fields(file, _FILE_SERVICE):
        yield from _symbols_within(f"{package}.{_name_in(service)}", _fields(service, _SERVICE_METHOD))


def _symbols_of_message(message: bytes, scope: str) -> Iterator[str]:
    name = f"{scope}.{_name_in(message)}"
    yield from _symbols_within(name, [*_fields(message, _MESSAGE_FIELD), *_fields(message, _MESSAGE_ONEOF)])
    for nested in _fields(message, _MESSAGE_NESTED):
        yield from _symbols_of_message(nested, name)
    for enum in _fields(message, _MESSAGE_ENUM):
        yield from _symbols_of_enum(enum, name)


def _symbols_of_enum(enum: bytes, scope: str) -> Iterator[str]:
    yield f"{scope}.{_name_in(enum)}"
    # Beside their enum, as in C++.
    for value in _fields(enum, _ENUM_VALUE):
        yield f"{scope}.{_name_in(value)}"


def _symbols_within(name: str, members: Iterable[bytes]) -> Iterator[str]:
    yield name
    for member in members:
        yield f"{name}.{_name_in(member)}"


def _name_in(message: bytes) -> str:
    return "".join([text_of(raw) for raw in _fields(message, _NAME)])


def _fields(message: bytes, wanted: int) -> list[bytes]:
    return [bytes_of(raw) for number, _, raw in read_fields(message) if number == wanted]
