package session

import (
	"errors"
	"reflect"
	"sync"

	"github.com/process-isolation/process-isolation/pihost/go/values"
	"github.com/process-isolation/process-isolation/pihost/go/wire"
)

const (
	// windowItems and windowBytes are how far a producer runs ahead of its consumer.
	windowItems = 1024
	windowBytes = 4 << 20
)

// Source gives the items of a stream to emit, until it says false or closed is closed. What it returns is the stream's error.
type Source func(emit func(item any) bool, closed <-chan struct{}) error

// producer is a stream that this side gives.
type producer struct {
	session *Session
	id      uint32
	owner   *Incoming
	source  Source

	mu      sync.Mutex
	room    sync.Cond
	started bool
	ahead   int
	sizes   []int
	bytes   int
	reason  error
	closed  chan struct{}
	isOver  bool
}

func (s *Session) export(source Source, owner *Incoming) *producer {
	p := &producer{session: s, owner: owner, source: source, closed: make(chan struct{})}
	p.room.L = &p.mu
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastLoan = nextNumber(s.lastLoan, s.isLent)
	p.id = s.lastLoan
	s.exports[p.id] = p
	if owner != nil {
		owner.streams++
	}
	return p
}

// demanded counts what was taken, and starts the stream the first time.
func (p *producer) demanded(items int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	items = min(items, len(p.sizes))
	for _, size := range p.sizes[:items] {
		p.bytes -= size
	}
	p.sizes = p.sizes[items:]
	p.ahead -= items
	p.room.Signal()
	if !p.started && !p.isOver {
		p.started = true
		go p.run()
	}
}

// close makes the producer end: nobody wants its items.
func (p *producer) close(reason error) {
	p.mu.Lock()
	if p.isOver || p.isClosed() {
		p.mu.Unlock()
		return
	}
	p.reason = reason
	close(p.closed)
	p.room.Signal()
	wasStarted := p.started
	p.mu.Unlock()
	if p.owner != nil {
		p.owner.stop(ErrCancelled)
	}
	if !wasStarted {
		p.end(reason)
	}
}

func (p *producer) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

func (p *producer) run() {
	err := errGoexit
	defer func() {
		if thrown := recover(); thrown != nil {
			err = Panicked(thrown)
		}
		if p.isClosed() {
			err = p.reason
		}
		p.end(err)
	}()
	err = p.source(p.emit, p.closed)
}

// emit sends an item once there is room for it; false says that no more are wanted.
func (p *producer) emit(item any) bool {
	p.mu.Lock()
	for !p.isClosed() && (p.ahead >= windowItems || p.ahead >= 2 && p.bytes >= windowBytes) {
		p.room.Wait()
	}
	p.mu.Unlock()
	if p.isClosed() {
		return false
	}
	if text, ok := values.AppendPlain(nil, item); ok && len(text) < columnText {
		p.count(len(text))
		p.session.sayLong(len(text), func(draft *wire.Frame) {
			draft.ItemStreams = append(draft.ItemStreams, p.id)
			draft.Items = append(openElement(draft.Items), text...)
		})
		return true
	}
	return p.emitPayload(item)
}

func (p *producer) emitPayload(item any) bool {
	parcel := &parcel{session: p.session, owner: p.owner}
	payload, err := parcel.payload(item)
	if err != nil {
		p.mu.Lock()
		p.reason = err
		if !p.isClosed() {
			close(p.closed)
		}
		p.mu.Unlock()
		return false
	}
	p.count(len(payload.Inline) + len(payload.Place)*chunkBytes)
	p.session.sayLong(len(payload.Inline), func(draft *wire.Frame) {
		index := uint32(len(draft.ItemStreams))
		draft.ItemPayloads = append(draft.ItemPayloads, wire.IndexedPayload{Index: index, Value: *payload})
		draft.ItemStreams = append(draft.ItemStreams, p.id)
		draft.Items = append(openElement(draft.Items), "null"...)
	})
	return true
}

func (p *producer) count(size int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ahead++
	p.bytes += size
	p.sizes = append(p.sizes, size)
}

// end says that the stream is over.
func (p *producer) end(err error) {
	p.mu.Lock()
	if p.isOver {
		p.mu.Unlock()
		return
	}
	p.isOver = true
	p.mu.Unlock()
	end := wire.StreamEnd{Stream: p.id}
	if err != nil {
		end.Error, _ = (&parcel{session: p.session}).payload(err)
	}
	s := p.session
	s.mu.Lock()
	delete(s.exports, p.id)
	s.draft.StreamEnds = append(s.draft.StreamEnds, end)
	s.added(0)
	isLast := false
	if p.owner != nil {
		p.owner.streams--
		isLast = p.owner.streams == 0 && p.owner.isAnswered
	}
	s.mu.Unlock()
	if isLast {
		p.owner.stop(errors.New("the call and its streams are over"))
	}
}

// steerStreams tells producers what their consumers want.
func (s *Session) steerStreams(frame *wire.Frame) {
	for _, demand := range frame.StreamDemands {
		if p := s.exportOf(demand.Stream); p != nil {
			p.demanded(int(demand.Items))
		}
	}
	for _, closing := range frame.StreamCloses {
		p := s.exportOf(closing.Stream)
		if p == nil {
			continue
		}
		var reason error
		if closing.Error != nil {
			reason = values.AsError(s.valueOf(closing.Error))
		}
		p.close(reason)
	}
}

func (s *Session) exportOf(id uint32) *producer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exports[id]
}

// StreamsOpen is how many streams of this side are under way.
func (s *Session) StreamsOpen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.exports)
}

// streamOf makes a source of a channel or an iterator; nil for anything else.
func streamOf(value reflect.Value) Source {
	kind := value.Type()
	switch {
	case kind.Kind() == reflect.Chan && kind.ChanDir()&reflect.RecvDir != 0:
		return channelSource(value)
	case kind.Kind() == reflect.Func && isSequence(kind):
		return sequenceSource(value)
	}
	return nil
}

func channelSource(channel reflect.Value) Source {
	return func(emit func(any) bool, closed <-chan struct{}) error {
		cases := []reflect.SelectCase{
			{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(closed)},
			{Dir: reflect.SelectRecv, Chan: channel},
		}
		for {
			chosen, item, ok := reflect.Select(cases)
			if chosen == 0 || !ok || !emit(item.Interface()) {
				return nil
			}
		}
	}
}

var errorType = reflect.TypeFor[error]()

// isSequence tells iter.Seq[T] and iter.Seq2[T, error] from other functions.
func isSequence(kind reflect.Type) bool {
	if kind.NumIn() != 1 || kind.NumOut() != 0 || kind.In(0).Kind() != reflect.Func {
		return false
	}
	yield := kind.In(0)
	if yield.NumOut() != 1 || yield.Out(0).Kind() != reflect.Bool {
		return false
	}
	return yield.NumIn() == 1 || yield.NumIn() == 2 && yield.In(1) == errorType
}

func sequenceSource(sequence reflect.Value) Source {
	return func(emit func(any) bool, _ <-chan struct{}) (err error) {
		yield := reflect.MakeFunc(sequence.Type().In(0), func(args []reflect.Value) []reflect.Value {
			if len(args) == 2 && !args[1].IsNil() {
				err = args[1].Interface().(error)
				return []reflect.Value{reflect.ValueOf(false)}
			}
			return []reflect.Value{reflect.ValueOf(emit(args[0].Interface()))}
		})
		sequence.Call([]reflect.Value{yield})
		return err
	}
}
