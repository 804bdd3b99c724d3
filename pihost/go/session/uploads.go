package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"github.com/process-isolation/process-isolation/pihost/go/values"
	"github.com/process-isolation/process-isolation/pihost/go/wire"
)

const (
	chunkBytes = 64 << 10
	// columnText is from how many bytes of JSON on a value goes as a payload: 64 KiB.
	columnText = 64 << 10
	// maxHeldChunks bounds what a peer may leave in chunks, all payloads together.
	maxHeldChunks = 1 << 30
)

// upload is a payload that leaves in chunks, one in each turn of the writer, so that small messages overtake it.
type upload struct {
	id   uint32
	data []byte
	sent chan struct{}
}

// nextChunk takes one chunk of the first upload. mu is held.
func (s *Session) nextChunk() *wire.Frame {
	if len(s.uploads) == 0 {
		return nil
	}
	first := s.uploads[0]
	part := first.data[:min(chunkBytes, len(first.data))]
	first.data = first.data[len(part):]
	if len(first.data) == 0 {
		s.uploads = s.uploads[1:]
		close(first.sent)
	}
	return &wire.Frame{Chunks: []wire.Chunk{{Payload: first.id, Data: part}}}
}

// parcel is the values.Sender of one value: what leaves beside it, and what is lent in it.
type parcel struct {
	session *Session
	uploads []*upload
	loans   []uint32
	// streams are those of the loans that are streams.
	streams []*producer
	// lendsFunctions: only the arguments of a call can have functions.
	lendsFunctions bool
	// owner is the call whose context lives as long as the streams that are lent.
	owner *Incoming
}

// Place implements values.Sender.
func (p *parcel) Place(data []byte) string {
	if number, ok := p.session.segments.put(data); ok {
		return fmt.Sprintf(`{"segment":%d,"length":%d}`, number, len(data))
	}
	s := p.session
	s.mu.Lock()
	s.lastPart = nextNumber(s.lastPart, func(number uint32) bool { return false })
	sending := &upload{id: s.lastPart, data: data, sent: make(chan struct{})}
	s.mu.Unlock()
	p.uploads = append(p.uploads, sending)
	return `{"chunks":` + strconv.FormatUint(uint64(sending.id), 10) + `,"length":` + strconv.Itoa(len(data)) + `}`
}

// payload encodes a value, and waits until what leaves beside it has left.
func (p *parcel) payload(value any) (*wire.Payload, error) {
	encoded, err := values.Encode(value, p)
	if err != nil {
		p.takeBack()
		return nil, err
	}
	payload := &wire.Payload{Inline: encoded}
	if len(encoded) >= values.OutOfBand {
		payload = &wire.Payload{Place: p.Place(encoded)}
	}
	return payload, p.send()
}

func (p *parcel) send() error {
	if len(p.uploads) == 0 {
		return nil
	}
	s := p.session
	s.mu.Lock()
	s.uploads = append(s.uploads, p.uploads...)
	s.wake.Signal()
	s.mu.Unlock()
	for _, sending := range p.uploads {
		select {
		case <-sending.sent:
		case <-s.done:
			return s.lostError()
		}
	}
	return nil
}

// takeBack ends the loans of a value that is not sent.
func (p *parcel) takeBack() {
	for _, producer := range p.streams {
		producer.close(nil)
	}
	p.session.endLoans(p.loans)
}

// Lend implements values.Sender.
func (p *parcel) Lend(value reflect.Value) (values.Reference, bool, error) {
	if source := streamOf(value); source != nil {
		producer := p.session.export(source, p.owner)
		p.streams = append(p.streams, producer)
		return values.Reference{Kind: "stream", ID: producer.id}, true, nil
	}
	if value.Kind() != reflect.Func {
		return values.Reference{}, false, nil
	}
	if !p.lendsFunctions {
		return values.Reference{}, false, errors.New("a function: those are only lent in the arguments of a call")
	}
	callee, err := NewCallee(value.Interface())
	if err != nil {
		return values.Reference{}, false, err
	}
	id := p.session.lend(callee)
	p.loans = append(p.loans, id)
	return values.Reference{Kind: "function", ID: id}, true, nil
}

// takeChunks keeps parts until a value refers to them.
func (s *Session) takeChunks(chunks []wire.Chunk) error {
	if len(chunks) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, chunk := range chunks {
		if chunk.Dropped {
			s.held -= lengthOf(s.chunks[chunk.Payload])
			delete(s.chunks, chunk.Payload)
			continue
		}
		if s.held += len(chunk.Data); s.held > maxHeldChunks {
			return values.Errorf("PROTOCOL", "PROTOCOL: the peer has sent %d bytes in chunks that no value refers to; %d are the most", s.held, maxHeldChunks)
		}
		s.chunks[chunk.Payload] = append(s.chunks[chunk.Payload], chunk.Data)
	}
	return nil
}

// Fetch implements values.Receiver.
func (s *Session) Fetch(place []byte, length int) ([]byte, error) {
	var where struct {
		Chunks  uint32 `json:"chunks"`
		Segment uint32 `json:"segment"`
		Length  int    `json:"length"`
	}
	if err := json.Unmarshal(place, &where); err != nil {
		return nil, fmt.Errorf("%.100q is no place", place)
	}
	if length >= 0 && where.Length != length {
		return nil, fmt.Errorf("%d bytes were promised, and %d are said to be there", length, where.Length)
	}
	if where.Segment != 0 {
		data, err := s.segments.take(where.Segment, where.Length)
		s.say(func(draft *wire.Frame) { draft.SegmentsRead = append(draft.SegmentsRead, where.Segment) })
		return data, err
	}
	s.mu.Lock()
	parts := s.chunks[where.Chunks]
	s.held -= lengthOf(parts)
	delete(s.chunks, where.Chunks)
	s.mu.Unlock()
	return joinParts(parts, where.Length)
}

func lengthOf(parts [][]byte) (total int) {
	for _, part := range parts {
		total += len(part)
	}
	return total
}

func joinParts(parts [][]byte, length int) ([]byte, error) {
	total := lengthOf(parts)
	if total != length {
		return nil, fmt.Errorf("%d bytes were promised in chunks, and %d came", length, total)
	}
	joined := make([]byte, 0, total)
	for _, part := range parts {
		joined = append(joined, part...)
	}
	return joined, nil
}

// decode decodes a payload, wherever it is.
func (s *Session) decode(payload *wire.Payload) (any, error) {
	data := payload.Inline
	if payload.Place != "" {
		var err error
		if data, err = s.Fetch([]byte(payload.Place), -1); err != nil {
			return nil, err
		}
	}
	return values.Decode(data, s)
}

// valueOf decodes what may be missing, for where a failure is of no consequence.
func (s *Session) valueOf(payload *wire.Payload) any {
	if payload == nil {
		return nil
	}
	value, err := s.decode(payload)
	if err != nil {
		return asProtocol(err)
	}
	return value
}

// nextNumber is the number after another one, without 0 and those in use.
func nextNumber(last uint32, inUse func(uint32) bool) uint32 {
	for {
		last++
		if last != 0 && !inUse(last) {
			return last
		}
	}
}
