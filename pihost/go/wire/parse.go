package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

var errTruncated = errors.New("the frame ends within a field")

// ParseFrame decodes a frame. Its texts and payloads are parts of data, which must not change afterwards.
// Fields that it does not know are skipped.
func ParseFrame(data []byte) (*Frame, error) {
	frame := &Frame{}
	err := eachField(data, func(field int, value fieldValue) error { return frame.set(field, value) })
	if err != nil {
		return nil, err
	}
	return frame, nil
}

func (frame *Frame) set(field int, value fieldValue) (err error) {
	switch field {
	case 1:
		return appendParsed(&frame.Introductions, value, parseIntroduction)
	case 2:
		frame.CallIDs, err = value.appendNumbers(frame.CallIDs)
	case 3:
		frame.CallHandles, err = value.appendNumbers(frame.CallHandles)
	case 4:
		frame.CallArgs = value.bytes
	case 5:
		return appendParsed(&frame.CallDetails, value, parseDetails)
	case 6:
		frame.Cancels, err = value.appendNumbers(frame.Cancels)
	case 7:
		frame.ItemStreams, err = value.appendNumbers(frame.ItemStreams)
	case 8:
		frame.Items = value.bytes
	case 9:
		return appendParsed(&frame.ItemPayloads, value, parseIndexedPayload)
	case 10:
		return appendParsed(&frame.StreamEnds, value, func(data []byte) (end StreamEnd, err error) {
			end.Stream, _, end.Error, _, err = parseOutcome(data)
			return end, err
		})
	case 11:
		return appendParsed(&frame.Aborts, value, func(data []byte) (abort Abort, err error) {
			abort.Signal, _, abort.Reason, _, err = parseOutcome(data)
			return abort, err
		})
	default:
		return frame.setAnswer(field, value)
	}
	return err
}

func (frame *Frame) setAnswer(field int, value fieldValue) (err error) {
	switch field {
	case 12:
		frame.ResultIDs, err = value.appendNumbers(frame.ResultIDs)
	case 13:
		frame.Results = value.bytes
	case 14:
		frame.VoidIDs, err = value.appendNumbers(frame.VoidIDs)
	case 15:
		return appendParsed(&frame.Settlements, value, func(data []byte) (settled Settlement, err error) {
			settled.ID, _, settled.Value, settled.Error, err = parseOutcome(data)
			return settled, err
		})
	case 16:
		return appendParsed(&frame.StreamDemands, value, func(data []byte) (demand StreamDemand, err error) {
			demand.Stream, demand.Items, _, _, err = parseOutcome(data)
			return demand, err
		})
	case 17:
		return appendParsed(&frame.StreamCloses, value, func(data []byte) (closing StreamClose, err error) {
			closing.Stream, _, closing.Error, _, err = parseOutcome(data)
			return closing, err
		})
	case 18:
		frame.Releases, err = value.appendNumbers(frame.Releases)
	case 19:
		frame.SegmentsRead, err = value.appendNumbers(frame.SegmentsRead)
	case 20:
		return appendParsed(&frame.Chunks, value, parseChunk)
	case 21:
		frame.Ping = uint32(value.number)
	case 22:
		frame.Pong = uint32(value.number)
	case 23:
		frame.StreamResumes, err = value.appendNumbers(frame.StreamResumes)
	case 24:
		frame.HandleReleases, err = value.appendNumbers(frame.HandleReleases)
	}
	return err
}

func parseIntroduction(data []byte) (introduction Introduction, err error) {
	err = eachField(data, func(field int, value fieldValue) error {
		switch field {
		case 1:
			introduction.Handle = uint32(value.number)
		case 2:
			introduction.Module = string(value.bytes)
		case 3:
			introduction.Method = string(value.bytes)
		case 4:
			introduction.Reference = uint32(value.number)
		}
		return nil
	})
	return introduction, err
}

func parseDetails(data []byte) (details CallDetails, err error) {
	err = eachField(data, func(field int, value fieldValue) (err error) {
		switch field {
		case 1:
			details.Index = uint32(value.number)
		case 2:
			details.Args, err = parsePayload(value.bytes)
		case 3:
			details.Attempt = uint32(value.number)
		case 4:
			details.TimeoutMs = uint32(value.number)
		case 5:
			err = details.addTrace(value.bytes)
		}
		return err
	})
	return details, err
}

func (details *CallDetails) addTrace(data []byte) error {
	var name, content string
	err := eachField(data, func(field int, value fieldValue) error {
		if field == 1 {
			name = string(value.bytes)
		} else if field == 2 {
			content = string(value.bytes)
		}
		return nil
	})
	if details.Trace == nil {
		details.Trace = map[string]string{}
	}
	details.Trace[name] = content
	return err
}

func parseIndexedPayload(data []byte) (item IndexedPayload, err error) {
	index, _, value, _, err := parseOutcome(data)
	if err == nil && value != nil {
		item.Value = *value
	}
	item.Index = index
	return item, err
}

// parseOutcome reads the form that most messages share: a number, then a number or a payload, then a payload.
func parseOutcome(data []byte) (id, count uint32, second, third *Payload, err error) {
	err = eachField(data, func(field int, value fieldValue) (err error) {
		switch {
		case field == 1:
			id = uint32(value.number)
		case field == 2 && value.kind == kindVarint:
			count = uint32(value.number)
		case field == 2:
			second, err = parsePayload(value.bytes)
		case field == 3:
			third, err = parsePayload(value.bytes)
		}
		return err
	})
	return id, count, second, third, err
}

func parsePayload(data []byte) (*Payload, error) {
	payload := &Payload{}
	err := eachField(data, func(field int, value fieldValue) error {
		if field == 1 {
			payload.Inline, payload.Place = value.bytes, ""
		} else if field == 2 {
			payload.Inline, payload.Place = nil, string(value.bytes)
		}
		return nil
	})
	return payload, err
}

func parseChunk(data []byte) (chunk Chunk, err error) {
	err = eachField(data, func(field int, value fieldValue) error {
		switch field {
		case 1:
			chunk.Payload = uint32(value.number)
		case 2:
			chunk.Data = value.bytes
		case 3:
			chunk.Dropped = value.number != 0
		}
		return nil
	})
	return chunk, err
}

type fieldValue struct {
	kind   int
	number uint64
	bytes  []byte
}

func appendParsed[T any](to *[]T, value fieldValue, parse func([]byte) (T, error)) error {
	if value.kind != kindBytes {
		return errors.New("a message came as a number")
	}
	parsed, err := parse(value.bytes)
	*to = append(*to, parsed)
	return err
}

// appendNumbers takes packed and single numbers, as every protobuf reader must.
func (value fieldValue) appendNumbers(to []uint32) ([]uint32, error) {
	if value.kind == kindVarint {
		return append(to, uint32(value.number)), nil
	}
	data := value.bytes
	for len(data) > 0 {
		number, size := binary.Uvarint(data)
		if size <= 0 || number > math.MaxUint32 {
			return nil, errors.New("a column has what is no number of 32 bits")
		}
		to = append(to, uint32(number))
		data = data[size:]
	}
	return to, nil
}

func eachField(data []byte, use func(field int, value fieldValue) error) error {
	for len(data) > 0 {
		tag, size := binary.Uvarint(data)
		if size <= 0 || tag>>3 == 0 || tag>>3 > 1<<29-1 {
			return errors.New("the frame has what is no protobuf tag")
		}
		value, rest, err := parseValue(data[size:], int(tag&7))
		if err != nil {
			return err
		}
		data = rest
		if err := use(int(tag>>3), value); err != nil {
			return err
		}
	}
	return nil
}

func parseValue(data []byte, kind int) (value fieldValue, rest []byte, err error) {
	value.kind = kind
	switch kind {
	case kindVarint:
		number, size := binary.Uvarint(data)
		if size <= 0 {
			return value, nil, errTruncated
		}
		value.number = number
		return value, data[size:], nil
	case kindBytes:
		length, size := binary.Uvarint(data)
		if size <= 0 || length > uint64(len(data)-size) {
			return value, nil, errTruncated
		}
		end := size + int(length)
		value.bytes = data[size:end:end]
		return value, data[end:], nil
	case 1, 5:
		width := 8
		if kind == 5 {
			width = 4
		}
		if len(data) < width {
			return value, nil, errTruncated
		}
		return value, data[width:], nil
	default:
		return value, nil, fmt.Errorf("a field of wire type %d, which no message has", kind)
	}
}
