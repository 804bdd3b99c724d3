"""Frames as bytes, against the worked example of docs/protocol.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from process_isolation_pihost.errors import IsolationError
from process_isolation_pihost.wire import (
    CallDetails,
    Chunk,
    Draft,
    FrameSplitter,
    Introduction,
    Payload,
    decode_frame,
    encode_frame,
    with_prefix,
)
from process_isolation_pihost.wire.protobuf import pack_uint32, unpack_uint32

PROTOCOL = Path(__file__).parents[3] / "docs" / "protocol.md"
# The arrows, and the bytes behind them up to the decoded form.
MESSAGE = re.compile(r"^[→←] ((?:[0-9a-f]{2}\s+)+)", re.MULTILINE)


def examples() -> list[bytes]:
    text = PROTOCOL.read_text(encoding="utf-8")
    return [bytes.fromhex(found) for found in MESSAGE.findall(text[text.index("## A worked example") :])]


def test_the_first_call_of_the_example_is_read_as_it_says() -> None:
    frame = decode_frame(FrameSplitter().push(examples()[0])[0])
    assert frame.introductions == [Introduction(1, "./sample.mjs", "add")]
    assert (frame.call_ids, frame.call_handles, frame.call_args) == ([1], [1], "[[1,2]]")


def test_the_first_answer_of_the_example_is_written_as_it_says() -> None:
    draft = Draft()
    draft.result_ids.append(1)
    draft.results.append("3")
    assert with_prefix(encode_frame(draft)) == examples()[1]


def test_every_message_of_the_example_is_a_frame() -> None:
    messages = examples()
    assert len(messages) >= 12
    for message in messages:
        assert len(FrameSplitter().push(message)) == 1
        decode_frame(message[5:])


def test_a_field_that_no_version_knows_is_skipped() -> None:
    assert decode_frame(bytes.fromhex("a80101980601")).ping == 1


def test_all_that_a_side_can_say_comes_back() -> None:
    draft = Draft()
    draft.introductions.append(Introduction(300, "m", "a.b", 0))
    draft.call_ids += [1, 200, 70_000, 4_294_967_295]
    draft.call_handles += [300, 300, 300, 300]
    draft.call_args += ["[]", "null", "[1]", '["ä"]']
    draft.call_details.append(CallDetails(1, Payload(b"x"), 2, 500, {"traceparent": "00"}))
    draft.cancels.append(9)
    draft.chunks.append(Chunk(1, b"data", True))
    draft.stream_demands.append((5, 0))
    draft.stream_closes.append((5, Payload(None, "{}")))
    draft.ping = 7
    frame = decode_frame(encode_frame(draft))
    assert frame.introductions == draft.introductions
    assert frame.call_ids == draft.call_ids
    assert frame.call_args == '[[],null,[1],["ä"]]'
    assert frame.call_details == draft.call_details
    assert frame.chunks == draft.chunks
    assert frame.stream_demands == [(5, 0)]
    assert frame.stream_closes == [(5, Payload(None, "{}"))]
    assert (frame.cancels, frame.ping) == ([9], 7)


def test_half_of_a_surrogate_pair_is_escaped_in_a_column() -> None:
    draft = Draft()
    draft.result_ids.append(1)
    draft.results.append('"\ud800"')
    assert decode_frame(encode_frame(draft)).results == '["\\ud800"]'


def test_frames_are_cut_out_of_whatever_pieces_come() -> None:
    splitter = FrameSplitter()
    stream = with_prefix(b"one") + with_prefix(b"") + with_prefix(b"three")
    frames = [frame for index in range(len(stream)) for frame in splitter.push(stream[index : index + 1])]
    assert frames == [b"one", b"", b"three"]


@pytest.mark.parametrize("data", [b"\x12\xff", b"\x12\x05ab", b"\x03", b"\x00\x00", b"\xff" * 11, b"\x12\x01\x80"])
def test_bytes_that_are_no_frame_are_a_protocol_error(data: bytes) -> None:
    with pytest.raises(IsolationError, match="PROTOCOL"):
        decode_frame(data)


@pytest.mark.parametrize("data", [b"\1\0\0\0\0", b"\0\xff\xff\xff\xff"])
def test_a_prefix_that_announces_no_frame_is_a_protocol_error(data: bytes) -> None:
    with pytest.raises(IsolationError, match="PROTOCOL"):
        FrameSplitter().push(data)


@pytest.mark.parametrize(
    "numbers",
    [
        [1, 127],
        [128, 16_383],
        [16_384, 2_097_151],
        [1, 128],
        [127, 16_384, 1, 128],
        [128, 2**32 - 1],
        [2**21, 128, 128],
    ],
)
def test_columns_of_numbers_of_any_length_are_read_as_they_were_written(numbers: list[int]) -> None:
    assert unpack_uint32(pack_uint32(numbers)) == numbers


def test_a_column_that_ends_inside_a_number_is_refused() -> None:
    for column in (b"\x80", b"\x80\x01\x80", b"\x80\x80\x01\x80"):
        with pytest.raises(IsolationError):
            unpack_uint32(column)
