"""The payload format, against the rows of docs/protocol.md."""

from __future__ import annotations

import datetime
import math
import re
import struct
from dataclasses import dataclass
from typing import Any

import pytest

from process_isolation_pihost.codec import UNDEFINED, BigInt, Decoder, Encoder, Map, column_text
from process_isolation_pihost.codec.column import plain_texts
from process_isolation_pihost.errors import IsolationError, RemoteError

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def payload(text: str, data: bytes = b"") -> bytes:
    encoded = text.encode()
    return struct.pack("<BI", 1, len(encoded)) + encoded + data


def decode(data: bytes) -> Any:
    def read(place: Any) -> bytes:
        raise AssertionError(place)

    return Decoder(read).decode(data)


def roundtrip(value: Any) -> Any:
    return decode(Encoder().encode(value, "value"))


SHARED = [1]
BOTH_WAYS = [
    ({"a": [1, "x", True, None]}, '[{"a":[1,"x",true,null]}]', b""),
    ("$5", '["$$5"]', b""),
    ([math.inf, -math.inf], '[["$+","$_"]]', b""),
    (-31 * 2**60, '["$i-1f000000000000000"]', b""),
    (BigInt(-31), '["$i-1f"]', b""),
    (EPOCH, '["$d0"]', b""),
    (Map(a=1, b=None), '[["$m","a",1,"b",null]]', b""),
    ({1: 2}, '[["$m",1,2]]', b""),
    ({1, 2}, '[["$s",1,2]]', b""),
    (re.compile("a+", re.IGNORECASE), '[["$r","a+","i",0]]', b""),
    (re.compile("(?P<year>[0-9]+)"), '[["$r","(?<year>[0-9]+)","",0]]', b""),
    ([SHARED, SHARED], '[[[1],"$@1"]]', b""),
    (b"hi", '[["$v","Uint8Array",0,0,2],[2]]', b"hi"),
    (bytearray(b"abc"), '[["$l",0],[3]]', b"abc"),
    (memoryview(struct.pack("2H", 1, 2)).cast("H"), '[["$v","Uint16Array",0,0,2],[4]]', b"\1\0\2\0"),
]


@pytest.mark.parametrize(("value", "text", "data"), BOTH_WAYS, ids=lambda part: repr(part)[:30])
def test_a_value_has_the_bytes_of_the_protocol(value: Any, text: str, data: bytes) -> None:
    assert Encoder().encode(value, "value") == payload(text, data)
    assert decode(payload(text, data)) == value


ONE_WAY = [
    ('["$u"]', b"", None),
    ('[["$r","a+","gi",0]]', b"", re.compile("a+", re.IGNORECASE)),
    ('[["$b","$i7"]]', b"", 7),
    ('[["$o",{"a":1}]]', b"", {"a": 1}),
    ('[["$a",3,{},0,1,2,3]]', b"", [1, None, 3]),
    ('[["$v","Buffer",0,0,2],[2]]', b"hi", b"hi"),
    ('[["$l",0],[[3,null,8]]]', b"abc", bytearray(b"abc")),
    ('[["$v","Uint8Array",0,1,null],[3]]', b"abc", b"bc"),
]


@pytest.mark.parametrize(("text", "data", "value"), ONE_WAY, ids=lambda part: repr(part)[:30])
def test_what_only_javascript_has_becomes_the_nearest_of_python(text: str, data: bytes, value: Any) -> None:
    assert decode(payload(text, data)) == value


def test_undefined_is_sent_by_name_and_arrives_as_none() -> None:
    assert Encoder().encode([UNDEFINED], "value") == payload('[["$u"]]')


def test_nan_and_negative_zero_keep_what_they_are() -> None:
    nan, zero = roundtrip([math.nan, -0.0])
    assert math.isnan(nan)
    assert math.copysign(1, zero) == -1


def test_a_cycle_comes_back_as_a_cycle() -> None:
    value: dict[str, Any] = {"list": []}
    value["list"].append(value)
    copy = roundtrip(value)
    assert copy["list"][0] is copy


def test_dates_and_errors_count_among_the_objects() -> None:
    inner = [EPOCH, ValueError("x"), SHARED, SHARED]
    copy = roundtrip(inner)
    assert copy[2] is copy[3]


def test_views_of_one_memory_share_it_after_the_crossing() -> None:
    memory = bytearray(8)
    whole, part = memoryview(memory).cast("H"), memoryview(memory)[2:4]
    copy, tail, data = roundtrip([whole, part, memory])
    data[2] = 7
    assert copy[1] == 7
    assert bytes(tail) == b"\7\0"


def test_a_dataclass_crosses_as_its_fields() -> None:
    @dataclass
    class Point:
        x: int
        y: float

    assert roundtrip(Point(1, 2.5)) == {"x": 1, "y": 2.5}


def test_an_exception_keeps_its_class_message_traceback_cause_and_fields() -> None:
    try:
        try:
            raise KeyError("k")
        except KeyError as cause:
            error = RuntimeError("no")
            error.retry = False  # type: ignore[attr-defined]
            raise error from cause
    except RuntimeError as caught:
        data = Encoder().encode(caught, "error")
    parts = data.decode("utf-8", "replace")
    assert '"class":"RuntimeError"' in parts
    assert "test_codec.py" in parts
    copy = decode(data)
    assert isinstance(copy, RuntimeError)
    assert "test_codec.py" in vars(copy)["stack"]


def test_an_oserror_has_the_name_of_its_number_as_code() -> None:
    error = decode(Encoder().encode(FileNotFoundError(2, "No such file", "/x"), "error"))
    assert isinstance(error, RemoteError)
    assert (error.name, error.code, error.fields) == ("FileNotFoundError", "ENOENT", {"filename": "/x"})


def test_an_error_of_javascript_is_a_remote_error() -> None:
    text = '[["$e",{"class":"ParseError","base":"Error","message":"bad","stack":"at x","code":7},{"line":3}]]'
    error = decode(payload(text))
    assert isinstance(error, RemoteError)
    assert (error.name, error.message, error.stack, error.code) == ("ParseError", "bad", "at x", 7)
    assert error.fields == {"line": 3}


def test_an_error_with_nothing_but_its_marker_is_an_error() -> None:
    assert isinstance(decode(payload('[["$e"]]')), RemoteError)


def test_an_unknown_framework_code_is_kept() -> None:
    error = decode(payload('[["$e",{"framework":"FROM_LATER","message":"FROM_LATER: no"},{}]]'))
    assert isinstance(error, IsolationError)
    assert (error.code, error.message) == ("FROM_LATER", "no")


REFUSED = [
    (object(), "value"),
    ({"a": [lambda: 0]}, "value.a[0]"),
    (datetime.date(2020, 1, 1), "value"),
    (re.compile(b"x"), "value"),
    ({"deep": {"er": 1j}}, "value.deep.er"),
]


@pytest.mark.parametrize(("value", "path"), REFUSED, ids=lambda part: repr(part)[:20])
def test_what_cannot_cross_is_refused_with_its_path(value: Any, path: str) -> None:
    with pytest.raises(IsolationError) as caught:
        Encoder().encode(value, "value")
    assert caught.value.code == "NOT_SERIALIZABLE"
    assert caught.value.facts == {"path": path}


HOSTILE = [
    b"",
    b"\2\0\0\0\0",
    b"\1\xff\xff\xff\xff[]",
    payload("[1,2,3]"),
    payload("{}"),
    payload('["$?"]'),
    payload('["$@0"]'),
    payload('[["$v","Uint8Array",0,0,9],[2]]', b"hi"),
    payload('[["$v","Uint8Array",0,-1,1],[2]]', b"hi"),
    payload('[["$v","Nothing",0,0,1],[2]]', b"hi"),
    payload('[["$l",5],[2]]', b"hi"),
    payload('[["$l",0],[9]]', b"hi"),
    payload('[["$l",0],[-1]]', b"hi"),
    payload('[["$a",4294967295,{}]]'),
    payload('[["$m",[1],2]]'),
    payload('[["$m",1,2,true,3]]'),
    payload('[["$r","(","",0]]'),
    payload('["$dNaN"]'),
    payload('[["$p","BlockList",[]]]'),
    payload('[["$x",{"kind":"function","id":1}]]'),
    payload("[" * 100_000),
]


@pytest.mark.parametrize("data", HOSTILE, ids=lambda data: repr(data)[:40])
def test_what_breaks_the_format_or_has_no_counterpart_is_a_protocol_error(data: bytes) -> None:
    with pytest.raises(IsolationError) as caught:
        decode(data)
    assert caught.value.code == "PROTOCOL"


COLUMNS = [
    (1, "1"),
    (1.5, "1.5"),
    (True, "true"),
    (None, "null"),
    ("ä\n", '"ä\\n"'),
    ([1, {"a": (2, 3)}], '[1,{"a":[2,3]}]'),
    (2**53, None),
    (math.nan, None),
    (-0.0, None),
    ([SHARED, SHARED], None),
    ({1: 2}, None),
    (b"", None),
    ("x" * 70_000, None),
]


@pytest.mark.parametrize(("value", "text"), COLUMNS, ids=lambda part: repr(part)[:20])
def test_only_what_json_carries_exactly_goes_into_a_column(value: Any, text: str | None) -> None:
    assert column_text(value) == text


@pytest.mark.parametrize(
    ("answers", "texts"),
    [
        ([1, 2], ["1, 2"]),
        ([1, True, None, 1.5, '"text"'], ["1", "true", "null", "1.5", '"text"']),
        ([1, 2**53], ["1", None]),
        ([float("nan"), 2.5], [None, "2.5"]),
    ],
)
def test_plain_answers_become_texts_together_or_have_to_go_alone(answers: list[Any], texts: list[Any]) -> None:
    assert plain_texts(answers) == texts
