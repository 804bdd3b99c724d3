package wire

import "encoding/binary"

// PrefixLength is how many bytes stand before each frame on a descriptor: a flag, and the length.
const PrefixLength = 5

const (
	kindVarint = 0
	kindBytes  = 2
)

// AppendMessage appends the prefix of a descriptor's lane and the encoded frame.
func AppendMessage(to []byte, frame *Frame) []byte {
	start := len(to)
	to = append(to, 0, 0, 0, 0, 0)
	to = AppendFrame(to, frame)
	binary.BigEndian.PutUint32(to[start+1:], uint32(len(to)-start-PrefixLength))
	return to
}

// AppendFrame appends the encoded frame. Fields stand in ascending order; empty ones are left out.
func AppendFrame(to []byte, frame *Frame) []byte {
	for index := range frame.Introductions {
		to = appendNested(to, 1, func(to []byte) []byte { return appendIntroduction(to, &frame.Introductions[index]) })
	}
	to = appendPacked(to, 2, frame.CallIDs)
	to = appendPacked(to, 3, frame.CallHandles)
	to = appendBytes(to, 4, frame.CallArgs)
	for index := range frame.CallDetails {
		to = appendNested(to, 5, func(to []byte) []byte { return appendDetails(to, &frame.CallDetails[index]) })
	}
	to = appendPacked(to, 6, frame.Cancels)
	to = appendPacked(to, 7, frame.ItemStreams)
	to = appendBytes(to, 8, frame.Items)
	for _, item := range frame.ItemPayloads {
		to = appendNested(to, 9, func(to []byte) []byte {
			return appendPayload(appendNumber(to, 1, item.Index), 2, &item.Value)
		})
	}
	for _, end := range frame.StreamEnds {
		to = appendNested(to, 10, func(to []byte) []byte { return appendPayload(appendNumber(to, 1, end.Stream), 2, end.Error) })
	}
	for _, abort := range frame.Aborts {
		to = appendNested(to, 11, func(to []byte) []byte { return appendPayload(appendNumber(to, 1, abort.Signal), 2, abort.Reason) })
	}
	return appendAnswers(to, frame)
}

func appendAnswers(to []byte, frame *Frame) []byte {
	to = appendPacked(to, 12, frame.ResultIDs)
	to = appendBytes(to, 13, frame.Results)
	to = appendPacked(to, 14, frame.VoidIDs)
	for _, settled := range frame.Settlements {
		to = appendNested(to, 15, func(to []byte) []byte {
			to = appendPayload(appendNumber(to, 1, settled.ID), 2, settled.Value)
			return appendPayload(to, 3, settled.Error)
		})
	}
	for _, demand := range frame.StreamDemands {
		to = appendNested(to, 16, func(to []byte) []byte {
			return appendNumber(appendNumber(to, 1, demand.Stream), 2, demand.Items)
		})
	}
	for _, closing := range frame.StreamCloses {
		to = appendNested(to, 17, func(to []byte) []byte {
			return appendPayload(appendNumber(to, 1, closing.Stream), 2, closing.Error)
		})
	}
	to = appendPacked(to, 18, frame.Releases)
	to = appendPacked(to, 19, frame.SegmentsRead)
	for index := range frame.Chunks {
		to = appendNested(to, 20, func(to []byte) []byte { return appendChunk(to, &frame.Chunks[index]) })
	}
	to = appendNumber(to, 21, frame.Ping)
	to = appendNumber(to, 22, frame.Pong)
	to = appendPacked(to, 23, frame.StreamResumes)
	return appendPacked(to, 24, frame.HandleReleases)
}

func appendIntroduction(to []byte, introduction *Introduction) []byte {
	to = appendNumber(to, 1, introduction.Handle)
	to = appendText(to, 2, introduction.Module)
	to = appendText(to, 3, introduction.Method)
	return appendNumber(to, 4, introduction.Reference)
}

func appendDetails(to []byte, details *CallDetails) []byte {
	to = appendNumber(to, 1, details.Index)
	to = appendPayload(to, 2, details.Args)
	to = appendNumber(to, 3, details.Attempt)
	to = appendNumber(to, 4, details.TimeoutMs)
	for name, value := range details.Trace {
		to = appendNested(to, 5, func(to []byte) []byte { return appendText(appendText(to, 1, name), 2, value) })
	}
	return to
}

func appendChunk(to []byte, chunk *Chunk) []byte {
	to = appendNumber(to, 1, chunk.Payload)
	to = appendBytes(to, 2, chunk.Data)
	if chunk.Dropped {
		to = appendNumber(to, 3, 1)
	}
	return to
}

func appendPayload(to []byte, field int, payload *Payload) []byte {
	if payload == nil {
		return to
	}
	return appendNested(to, field, func(to []byte) []byte {
		if payload.Place != "" {
			return appendText(to, 2, payload.Place)
		}
		to = appendTag(to, 1, kindBytes)
		to = binary.AppendUvarint(to, uint64(len(payload.Inline)))
		return append(to, payload.Inline...)
	})
}

// appendNested makes room for the shortest length, and moves what was written where it takes more.
func appendNested(to []byte, field int, write func([]byte) []byte) []byte {
	to = appendTag(to, field, kindBytes)
	start := len(to)
	to = write(append(to, 0))
	length := uint64(len(to) - start - 1)
	if length < 0x80 {
		to[start] = byte(length)
		return to
	}
	var varint [binary.MaxVarintLen64]byte
	size := binary.PutUvarint(varint[:], length)
	to = append(to, varint[:size-1]...)
	copy(to[start+size:], to[start+1:len(to)-size+1])
	copy(to[start:], varint[:size])
	return to
}

func appendPacked(to []byte, field int, numbers []uint32) []byte {
	if len(numbers) == 0 {
		return to
	}
	length := 0
	for _, number := range numbers {
		length += varintLength(number)
	}
	to = appendTag(to, field, kindBytes)
	to = binary.AppendUvarint(to, uint64(length))
	for _, number := range numbers {
		to = binary.AppendUvarint(to, uint64(number))
	}
	return to
}

func varintLength(number uint32) int {
	length := 1
	for ; number >= 0x80; number >>= 7 {
		length++
	}
	return length
}

func appendNumber(to []byte, field int, number uint32) []byte {
	if number == 0 {
		return to
	}
	return binary.AppendUvarint(appendTag(to, field, kindVarint), uint64(number))
}

func appendText(to []byte, field int, text string) []byte {
	if text == "" {
		return to
	}
	to = binary.AppendUvarint(appendTag(to, field, kindBytes), uint64(len(text)))
	return append(to, text...)
}

func appendBytes(to []byte, field int, bytes []byte) []byte {
	if len(bytes) == 0 {
		return to
	}
	to = binary.AppendUvarint(appendTag(to, field, kindBytes), uint64(len(bytes)))
	return append(to, bytes...)
}

func appendTag(to []byte, field, kind int) []byte {
	return binary.AppendUvarint(to, uint64(field<<3|kind))
}
