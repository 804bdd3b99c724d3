package session

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"

	"github.com/process-isolation/process-isolation/pihost/go/values"
	"github.com/process-isolation/process-isolation/pihost/go/wire"
)

const (
	// maxWaitingItems is how far a producer may be ahead of its consumer.
	maxWaitingItems = 2048
	// demandItems and demandBytes are after how much that was taken the producer hears of it.
	demandItems = 256
	demandBytes = 512 << 10
)

// Stream is a stream of the peer. The first Next starts it.
type Stream struct {
	session *Session
	id      uint32
	over    chan struct{}

	mu        sync.Mutex
	arrived   sync.Cond
	items     []answer
	started   bool
	closed    bool
	ended     bool
	err       error
	taken     int
	takenSize int
}

func (s *Session) borrowStream(id uint32) *Stream {
	stream := &Stream{session: s, id: id, over: make(chan struct{})}
	stream.arrived.L = &stream.mu
	s.mu.Lock()
	isLost := s.failure != nil
	if !isLost {
		s.imports[id] = stream
	}
	s.mu.Unlock()
	if isLost {
		stream.finish(s.lostError())
	}
	return stream
}

// Next waits for the next item; io.EOF after the last one.
func (r *Stream) Next(ctx context.Context) (any, error) {
	stop := context.AfterFunc(ctx, func() {
		r.mu.Lock()
		r.arrived.Broadcast()
		r.mu.Unlock()
	})
	defer stop()
	r.mu.Lock()
	if !r.started {
		r.started = true
		r.demand(0)
	}
	for len(r.items) == 0 && !r.ended && !r.closed && ctx.Err() == nil {
		if r.taken > 0 {
			r.demand(r.taken)
		}
		r.arrived.Wait()
	}
	defer r.mu.Unlock()
	if len(r.items) == 0 || r.closed {
		return nil, r.endError(ctx)
	}
	item := r.items[0]
	r.items = r.items[1:]
	r.taken++
	r.takenSize += len(item.plain)
	if item.payload != nil {
		r.takenSize += len(item.payload.Inline)
	}
	if r.taken >= demandItems || r.takenSize >= demandBytes {
		r.demand(r.taken)
	}
	return r.session.open(item, nil)
}

func (r *Stream) endError(ctx context.Context) error {
	switch {
	case r.err != nil:
		return r.err
	case r.ended || r.closed:
		return io.EOF
	}
	return context.Cause(ctx)
}

// demand tells the producer how many items were taken; mu is held.
func (r *Stream) demand(items int) {
	r.taken, r.takenSize = 0, 0
	if r.ended || r.closed {
		return
	}
	r.session.say(func(draft *wire.Frame) {
		draft.StreamDemands = append(draft.StreamDemands, wire.StreamDemand{Stream: r.id, Items: uint32(items)})
	})
}

// All gives the items one by one, and at last the error, if the stream failed. Leaving the loop closes the stream.
func (r *Stream) All(ctx context.Context) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		defer r.Close()
		for {
			item, err := r.Next(ctx)
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// Close says that no more items are wanted. It does not wait for the producer's clean-up.
func (r *Stream) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.ended {
		return
	}
	r.closed = true
	r.items = nil
	r.arrived.Broadcast()
	r.session.say(func(draft *wire.Frame) {
		draft.StreamCloses = append(draft.StreamCloses, wire.StreamClose{Stream: r.id})
	})
}

// Release is Close.
func (r *Stream) Release() { r.Close() }

// Over is closed when the producer has ended the stream, its clean-up included.
func (r *Stream) Over() <-chan struct{} { return r.over }

func (r *Stream) push(item answer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.ended {
		return nil
	}
	if len(r.items) >= maxWaitingItems {
		return values.Errorf("PROTOCOL", "PROTOCOL: stream %d is more than %d items ahead", r.id, maxWaitingItems)
	}
	r.items = append(r.items, item)
	r.arrived.Signal()
	return nil
}

func (r *Stream) finish(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	r.ended, r.err = true, err
	r.arrived.Broadcast()
	close(r.over)
}

// takeItems hands the items of a frame to their streams.
func (s *Session) takeItems(frame *wire.Frame) error {
	if len(frame.ItemStreams) > 0 {
		texts, err := Elements(make([][]byte, 0, len(frame.ItemStreams)), frame.Items)
		if err != nil || len(texts) != len(frame.ItemStreams) {
			return errColumn
		}
		payloads := frame.ItemPayloads
		for index, id := range frame.ItemStreams {
			item := answer{plain: texts[index]}
			if len(payloads) > 0 && int(payloads[0].Index) == index {
				item = answer{payload: &payloads[0].Value}
				payloads = payloads[1:]
			}
			if stream := s.importOf(id); stream != nil {
				if err := stream.push(item); err != nil {
					return err
				}
			}
		}
		if len(payloads) > 0 {
			return errors.New("payloads of items stand in another order than the items")
		}
	}
	for index := range frame.StreamEnds {
		s.endImport(&frame.StreamEnds[index])
	}
	return nil
}

func (s *Session) importOf(id uint32) *Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.imports[id]
}

func (s *Session) endImport(end *wire.StreamEnd) {
	stream := s.importOf(end.Stream)
	if stream == nil {
		return
	}
	s.mu.Lock()
	delete(s.imports, end.Stream)
	s.mu.Unlock()
	var err error
	if end.Error != nil {
		err = values.AsError(s.valueOf(end.Error))
	}
	stream.finish(err)
}
