"""An exception as a google.rpc.Status with one RemoteError, and back."""

from __future__ import annotations

from typing import Any

from ..codec.error_parts import parts_of
from ..errors import IsolationError, RemoteError, ThrownValue
from ..wire.protobuf import bytes_of, length_delimited, number_field, read_fields, text_field, text_of
from .json_value import decode_struct, decode_value, encode_struct, encode_value

_TYPE_URL = "type.googleapis.com/pihost.v1.RemoteError"

# All trailers together stay below 8,192 bytes, with the details in base64: what is left for the error.
_ERROR_BYTES = 4_800
_STATUS_MESSAGE_BYTES = 160

# Of a name and of a code, which are what somebody decides by; they are seldom longer.
_NAME_BYTES = 200

# What protobuf takes for an error beside its texts, at the most.
_BYTES_PER_ERROR = 40

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


class _Room:
    """Bytes that are left; the outermost error is first served."""

    def __init__(self) -> None:
        self.left = _ERROR_BYTES

    def cut(self, text: str, most: int = _ERROR_BYTES) -> str:
        """As much of a text as there is room for."""
        # No more characters than bytes.
        bound = max(0, min(most, self.left))
        data = text[:bound].encode("utf-8", "replace")[:bound]
        self.left -= len(data)
        return data.decode("utf-8", "ignore")

    def take(self, encoded: bytes) -> bool:
        """Whether there is room for this."""
        if len(encoded) > self.left:
            return False
        self.left -= len(encoded)
        return True

    @property
    def has_more(self) -> bool:
        """Whether there is room for another error."""
        return self.left > 4 * _BYTES_PER_ERROR


def status_of(error: BaseException) -> tuple[int, str, bytes]:
    """The gRPC status, its message, and the details as bytes."""
    code = STATUS_OF.get(error.code, UNKNOWN) if isinstance(error, IsolationError) else UNKNOWN
    message = str(error).encode("ascii", "replace")[:_STATUS_MESSAGE_BYTES].decode()
    detail = length_delimited(1, _TYPE_URL.encode()) + length_delimited(2, _remote_error(error, _Room()))
    return code, message, number_field(1, code) + text_field(2, message) + length_delimited(3, detail)


def _remote_error(error: BaseException, room: _Room) -> bytes:
    if isinstance(error, ThrownValue):
        return length_delimited(10, _thrown(error.value, room))
    parts, cause, members, fields = parts_of(error)
    room.left -= _BYTES_PER_ERROR + len(parts["framework"])
    encoded = [
        text_field(1, parts["framework"]),
        text_field(2, room.cut(parts["class"], _NAME_BYTES)),
        _code(parts.get("code"), room),
        text_field(3, room.cut(parts["message"], room.left // 2)),
        text_field(4, room.cut(parts["stack"])),
        _fields(dict(fields), room),
    ]
    if cause is not None and room.has_more:
        encoded.append(length_delimited(6, _remote_error(cause, room)))
    for member in members or ():
        if room.has_more:
            encoded.append(length_delimited(8, _remote_error(member, room)))
    return b"".join(encoded)


def _thrown(value: Any, room: _Room) -> bytes:
    """As a text, where JSON does not have it or it is too long: it is not nothing."""
    try:
        encoded = encode_value(value, "thrown")
        if room.take(encoded):
            return encoded
    except IsolationError:
        pass
    return encode_value(room.cut(value if isinstance(value, str) else repr(value)), "thrown")


def _code(code: Any, room: _Room) -> bytes:
    if code is None:
        return b""
    try:
        encoded = encode_value(room.cut(code, _NAME_BYTES) if isinstance(code, str) else code, "code")
    except IsolationError:
        return b""
    return length_delimited(5, encoded)


def _fields(fields: dict[str, Any], room: _Room) -> bytes:
    kept = b""
    for name, value in fields.items():
        try:
            one = encode_struct({name: value}, "fields")
        except IsolationError:
            continue
        if room.take(one):
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
