"""An exception as a google.rpc.Status with one RemoteError, and back."""

from __future__ import annotations

from typing import Any

from ..codec.error_parts import parts_of
from ..errors import IsolationError, RemoteError, ThrownValue
from ..wire.protobuf import bytes_of, length_delimited, number_field, read_fields, text_field, text_of
from .json_value import decode_struct, decode_value, encode_struct, encode_value

_TYPE_URL = "type.googleapis.com/pihost.v1.RemoteError"

# All trailers together stay below 8,192 bytes, in base64: what is left for texts, the outermost error first served.
_TEXT_BYTES = 4_000
_STATUS_MESSAGE_BYTES = 160

STATUS_OF = {
    "MODULE_NOT_FOUND": 5,
    "METHOD_NOT_FOUND": 5,
    "MODULE_FAILED": 9,
    "INVALID_OPTION": 3,
    "NOT_SERIALIZABLE": 3,
    "STOPPED": 14,
    "UNAUTHENTICATED": 16,
}
UNKNOWN = 2


class _Budget:
    """What is left for texts."""

    def __init__(self) -> None:
        self.left = _TEXT_BYTES

    def cut(self, text: str) -> str:
        """As much of a text as there is room for."""
        data = text.encode("utf-8", "replace")[: self.left]
        self.left -= len(data)
        return data.decode("utf-8", "ignore")


def status_of(error: BaseException) -> tuple[int, str, bytes]:
    """The gRPC status, its message, and the details as bytes."""
    code = STATUS_OF.get(error.code, UNKNOWN) if isinstance(error, IsolationError) else UNKNOWN
    message = str(error).encode("ascii", "replace")[:_STATUS_MESSAGE_BYTES].decode()
    detail = length_delimited(1, _TYPE_URL.encode()) + length_delimited(2, _remote_error(error, _Budget()))
    return code, message, number_field(1, code) + text_field(2, message) + length_delimited(3, detail)


def _remote_error(error: BaseException, budget: _Budget) -> bytes:
    if isinstance(error, ThrownValue):
        return length_delimited(10, encode_value(error.value, "thrown"))
    parts, cause, members, fields = parts_of(error)
    encoded = [
        text_field(1, parts["framework"]),
        text_field(2, budget.cut(parts["class"])),
        text_field(3, budget.cut(parts["message"])),
        text_field(4, budget.cut(parts["stack"])),
    ]
    if "code" in parts:
        encoded.append(length_delimited(5, encode_value(parts["code"], "code")))
    if cause is not None and budget.left > 0:
        encoded.append(length_delimited(6, _remote_error(cause, budget)))
    for member in members or ():
        if budget.left > 0:
            encoded.append(length_delimited(8, _remote_error(member, budget)))
    encoded.append(_fields(dict(fields), budget))
    return b"".join(encoded)


def _fields(fields: dict[str, Any], budget: _Budget) -> bytes:
    kept = b""
    for name, value in fields.items():
        try:
            one = encode_struct({name: value}, "fields")
        except IsolationError:
            continue
        if len(one) <= budget.left:
            budget.left -= len(one)
            kept += one
    return length_delimited(9, kept) if kept else b""


def error_of_details(data: bytes) -> BaseException | None:
    """What a google.rpc.Status says was thrown; ``None`` when it has no RemoteError."""
    for number, _, raw in read_fields(data):
        if number != 3:
            continue
        detail = {field: part for field, _, part in read_fields(bytes_of(raw))}
        if text_of(detail.get(1, b"")).endswith("/pihost.v1.RemoteError"):
            return _exception(bytes_of(detail.get(2, b"")))
    return None


def _exception(data: bytes) -> BaseException:
    texts = {1: "", 2: "Error", 3: "", 4: ""}
    made = RemoteError("Error", "")
    members: list[BaseException] = []
    for number, _, raw in read_fields(data):
        if number in texts:
            texts[number] = text_of(raw)
        elif number == 5:
            made.code = decode_value(bytes_of(raw))
        elif number == 6:
            made.cause = made.__cause__ = _exception(bytes_of(raw))
        elif number == 7:
            made.cause = decode_value(bytes_of(raw))
        elif number == 8:
            members.append(_exception(bytes_of(raw)))
        elif number == 9:
            made.fields = decode_struct(bytes_of(raw))
        elif number == 10:
            return ThrownValue(decode_value(bytes_of(raw)))
    if texts[1]:
        prefix = f"{texts[1]}: "
        message = texts[3][len(prefix) :] if texts[3].startswith(prefix) else texts[3]
        return IsolationError(texts[1], message)
    made.name, made.message, made.stack, made.errors = texts[2], texts[3], texts[4], members
    made.args = (texts[3],)
    return made
