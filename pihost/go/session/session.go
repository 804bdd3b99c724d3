// Package session speaks the Session protocol of docs/protocol.md over one lane. Both ends run the same rules: the process
// serves modules, and either side serves what it has lent. It is the common ground of the packages pihost and isolate; what
// it exports may change with them.
package session

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/process-isolation/process-isolation/pihost/go/values"
	"github.com/process-isolation/process-isolation/pihost/go/wire"
)

// Callee answers a call. It runs on a goroutine of its own, and must answer the call exactly once.
type Callee func(call *Incoming)

// Options are what the two ends of a Session do differently.
type Options struct {
	// Resolve finds an export. Nil: no module is served. What is served in order is called by the goroutine that reads, before
	// anything that came later is looked at: it must not wait for the peer, nor answer with much.
	Resolve func(module, method string) (callee Callee, inOrder bool)
	// Segments is a folder in shared memory for large payloads; empty where there is none.
	Segments string
	// OwnSegments is the letter before the numbers of the segments that this side writes: "p" in the process, "h" in the host.
	// Empty: it only reads.
	OwnSegments string
}

// Session is one end of a lane.
type Session struct {
	options Options
	lane    io.ReadWriteCloser
	done    chan struct{}
	flushed chan struct{}

	mu       sync.Mutex
	wake     sync.Cond
	draft    wire.Frame
	weight   int
	sealed   []*wire.Frame
	uploads  []*upload
	closing  bool
	running  map[uint32]*Incoming
	calling  map[uint32]*outgoing
	lastCall uint32
	handles  map[target]uint32
	lastHand uint32
	loans    map[uint32]*loan
	lastLoan uint32
	exports  map[uint32]*producer
	imports  map[uint32]*Stream
	signals  map[uint32]*Signal
	chunks   map[uint32][][]byte
	held     int
	lastPart uint32
	failure  error

	segments *segments
	// incoming is only the reader's.
	incoming map[uint32]handle
	lent     map[uint32]uint32
	// highest is the highest number that the peer has introduced: one up to it that is not in incoming was released.
	highest uint32
}

// New makes a Session of a lane; nothing is read before Serve.
func New(lane io.ReadWriteCloser, options Options) *Session {
	s := &Session{
		options: options, lane: lane, done: make(chan struct{}), flushed: make(chan struct{}),
		running: map[uint32]*Incoming{}, calling: map[uint32]*outgoing{}, handles: map[target]uint32{},
		loans: map[uint32]*loan{}, exports: map[uint32]*producer{}, imports: map[uint32]*Stream{},
		signals: map[uint32]*Signal{}, chunks: map[uint32][][]byte{}, incoming: map[uint32]handle{}, lent: map[uint32]uint32{},
	}
	s.wake.L = &s.mu
	s.segments = openSegments(options.Segments, options.OwnSegments)
	go s.write()
	return s
}

// Done is closed when the Session is over.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err says why the Session is over: io.EOF where the lane just ended.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure
}

// Serve reads the lane until it ends or the peer breaks the contract, and returns why.
func (s *Session) Serve() error {
	err := s.read()
	s.end(err)
	return s.Err()
}

// Close ends the Session at once.
func (s *Session) Close() { s.end(io.ErrClosedPipe) }

func (s *Session) read() error {
	reader := bufio.NewReaderSize(s.lane, 256<<10)
	var prefix [wire.PrefixLength]byte
	for {
		if _, err := io.ReadFull(reader, prefix[:]); err != nil {
			return err
		}
		length := binary.BigEndian.Uint32(prefix[1:])
		if prefix[0] != 0 || length > wire.MaxFrame {
			return values.Errorf("PROTOCOL", "a message with flag %d and %d bytes came; the flag must be 0, and %d bytes are the most", prefix[0], length, wire.MaxFrame)
		}
		data := make([]byte, length)
		if _, err := io.ReadFull(reader, data); err != nil {
			return err
		}
		frame, err := wire.ParseFrame(data)
		if err == nil {
			err = s.handle(frame)
		}
		if err != nil {
			return asProtocol(err)
		}
	}
}

func asProtocol(err error) error {
	var framework *values.FrameworkError
	if errors.As(err, &framework) {
		return err
	}
	return &values.FrameworkError{Code: "PROTOCOL", Message: fmt.Sprintf("PROTOCOL: the peer broke the contract: %v", err), Cause: err}
}

// handle deals with the fields of a frame in the order that the contract gives.
func (s *Session) handle(frame *wire.Frame) error {
	if err := s.takeChunks(frame.Chunks); err != nil {
		return err
	}
	for index := range frame.Introductions {
		if err := s.introduce(&frame.Introductions[index]); err != nil {
			return err
		}
	}
	if err := s.startCalls(frame); err != nil {
		return err
	}
	s.cancelCalls(frame.Cancels)
	if err := s.takeItems(frame); err != nil {
		return err
	}
	for _, abort := range frame.Aborts {
		s.signal(abort.Signal).abort(s.valueOf(abort.Reason))
	}
	if err := s.settle(frame); err != nil {
		return err
	}
	s.steerStreams(frame)
	s.releaseLoans(frame.Releases)
	s.segments.wereRead(frame.SegmentsRead)
	for _, number := range frame.HandleReleases {
		delete(s.incoming, number)
		delete(s.lent, number)
	}
	if frame.Ping != 0 {
		s.say(func(draft *wire.Frame) { draft.Pong = frame.Ping })
	}
	return nil
}

// end settles whatever waits for the peer.
func (s *Session) end(err error) {
	s.mu.Lock()
	if s.failure != nil {
		s.mu.Unlock()
		return
	}
	s.failure = err
	s.wake.Broadcast()
	waiting, running, imports, exports, signals := s.calling, s.running, s.imports, s.exports, s.signals
	s.calling, s.running = map[uint32]*outgoing{}, map[uint32]*Incoming{}
	s.imports, s.exports, s.signals = map[uint32]*Stream{}, map[uint32]*producer{}, map[uint32]*Signal{}
	s.mu.Unlock()
	close(s.done)
	_ = s.lane.Close()
	for _, call := range waiting {
		call.answer <- answer{err: s.lostError()}
	}
	for _, call := range running {
		call.stop(errors.New("the session is over"))
	}
	for _, stream := range imports {
		stream.finish(s.lostError())
	}
	for _, producer := range exports {
		producer.close(nil)
	}
	for _, signal := range signals {
		signal.abort(errors.New("the session is over"))
	}
	s.segments.close()
}

// lostError is what calls fail with that ran when the Session ended. It does not wrap io.EOF, by which streams end in order.
func (s *Session) lostError() error {
	lost := &values.FrameworkError{Code: "CRASHED", Message: fmt.Sprintf("CRASHED: the connection to the process is lost: %v", s.failure)}
	if !errors.Is(s.failure, io.EOF) {
		lost.Cause = s.failure
	}
	return lost
}
