package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/process-isolation/process-isolation/pihost/go/values"
	"github.com/process-isolation/process-isolation/pihost/go/wire"
)

// Incoming is a call of the peer, which must be answered once: by Return, ReturnPlain or Fail.
type Incoming struct {
	session *Session
	id      uint32
	plain   []byte
	payload *wire.Payload

	// Attempt is 1 the first time that the call is handed to a process.
	Attempt int
	// Deadline is when the caller gives up; zero where it never does.
	Deadline time.Time
	// Trace is the caller's trace context.
	Trace map[string]string

	handle      handle
	ctx         context.Context
	cancel      context.CancelCauseFunc
	cancelled   error
	isCancelled bool
	isAnswered  bool
	hasFailed   bool
	streams     int
}

// ErrCancelled is the cause of the context of a call that nobody waits for any more.
var ErrCancelled = errors.New("the caller waits no more")

// Session is where the call came from.
func (c *Incoming) Session() *Session { return c.session }

// PlainArgs is the JSON text of the arguments; nil where they are a payload.
func (c *Incoming) PlainArgs() []byte {
	if c.payload != nil {
		return nil
	}
	return c.plain
}

// Args decodes the arguments.
func (c *Incoming) Args() ([]any, error) {
	var whole any
	var err error
	if c.payload != nil {
		whole, err = c.session.decode(c.payload)
	} else {
		whole, err = values.DecodePlain(c.plain)
	}
	if err != nil {
		return nil, asProtocol(err)
	}
	args, isList := whole.([]any)
	if !isList {
		return nil, values.Errorf("PROTOCOL", "the arguments of a call are no list")
	}
	return args, nil
}

// Context ends when the caller waits no more, when its deadline has passed, and when the call is answered and the streams that
// it returned are over.
func (c *Incoming) Context() context.Context {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	if c.ctx != nil {
		return c.ctx
	}
	parent := context.Background()
	if len(c.Trace) > 0 {
		parent = context.WithValue(parent, traceKey{}, c.Trace)
	}
	ctx, cancel := context.WithCancelCause(parent)
	if !c.Deadline.IsZero() {
		inner, stop := context.WithDeadline(ctx, c.Deadline)
		outer := cancel
		ctx, cancel = inner, func(cause error) { outer(cause); stop() }
	}
	c.ctx, c.cancel = ctx, cancel
	if c.cancelled != nil {
		cancel(c.cancelled)
	}
	return ctx
}

// traceKey is that of the trace context in the context of a call.
type traceKey struct{}

// TraceOf is the trace context of the call that a context belongs to; nil where there is none. It must not be changed.
func TraceOf(ctx context.Context) map[string]string {
	trace, _ := ctx.Value(traceKey{}).(map[string]string)
	return trace
}

// stop ends the context.
func (c *Incoming) stop(cause error) {
	c.session.mu.Lock()
	c.cancelled = cause
	cancel := c.cancel
	c.session.mu.Unlock()
	if cancel != nil {
		cancel(cause)
	}
}

// Return answers with a value; values.Undefined answers with nothing.
func (c *Incoming) Return(value any) {
	if _, isNothing := value.(values.Undefined); isNothing {
		c.answer(func(draft *wire.Frame) int {
			draft.VoidIDs = append(draft.VoidIDs, c.id)
			return 0
		})
		return
	}
	if encoded, ok := values.AppendPlain(nil, value); ok && len(encoded) < columnText {
		c.ReturnPlain(encoded)
		return
	}
	c.settle(value, false)
}

// ReturnPlain answers with a JSON text.
func (c *Incoming) ReturnPlain(encoded []byte) {
	c.answer(func(draft *wire.Frame) int {
		draft.ResultIDs = append(draft.ResultIDs, c.id)
		draft.Results = append(openElement(draft.Results), encoded...)
		return len(encoded)
	})
}

// Fail answers with an error.
func (c *Incoming) Fail(err error) { c.settle(err, true) }

func (c *Incoming) settle(value any, failed bool) {
	payload, err := (&parcel{session: c.session, owner: c}).payload(value)
	if err != nil {
		failed = true
		if payload, err = (&parcel{session: c.session}).payload(err); err != nil {
			return
		}
	}
	c.hasFailed = failed
	c.answer(func(draft *wire.Frame) int {
		settled := wire.Settlement{ID: c.id}
		if failed {
			settled.Error = payload
		} else {
			settled.Value = payload
		}
		draft.Settlements = append(draft.Settlements, settled)
		return len(payload.Inline)
	})
}

// Failed tells whether the call was answered with an error. It is for the goroutine that answered it.
func (c *Incoming) Failed() bool { return c.hasFailed }

// answer says the answer, or only that the call has ended where nobody waits for it.
func (c *Incoming) answer(add func(draft *wire.Frame) int) {
	s := c.session
	s.mu.Lock()
	if c.isAnswered {
		s.mu.Unlock()
		return
	}
	c.isAnswered = true
	delete(s.running, c.id)
	length := 0
	if c.isCancelled {
		s.draft.VoidIDs = append(s.draft.VoidIDs, c.id)
	} else {
		length = add(&s.draft)
	}
	s.added(length)
	streams, isCancelled := c.closing()
	cancel, isOver := c.cancel, c.streams == 0 || isCancelled
	s.mu.Unlock()
	for _, producer := range streams {
		producer.close(nil)
	}
	if cancel != nil && isOver {
		cancel(context.Canceled)
	}
}

// closing lists the streams that nobody will take, of a call that was cancelled. mu is held.
func (c *Incoming) closing() (streams []*producer, isCancelled bool) {
	if !c.isCancelled || c.streams == 0 {
		return nil, c.isCancelled
	}
	for _, producer := range c.session.exports {
		if producer.owner == c {
			streams = append(streams, producer)
		}
	}
	return streams, true
}

// handle is what a number of the peer's calls.
type handle struct {
	callee  Callee
	inOrder bool
}

// introduce binds a handle of the peer.
func (s *Session) introduce(introduction *wire.Introduction) error {
	number := introduction.Handle
	if number == 0 {
		return errors.New("a handle is 0")
	}
	if _, taken := s.incoming[number]; taken {
		if reference := s.lent[number]; reference == 0 || s.loanOf(reference) != nil {
			return fmt.Errorf("handle %d is introduced again while it stands for something", number)
		}
	}
	s.highest = max(s.highest, number)
	if introduction.Reference != 0 {
		s.lent[number] = introduction.Reference
		s.incoming[number] = handle{callee: s.calleeOfLoan(introduction.Reference, introduction.Method)}
		return nil
	}
	delete(s.lent, number)
	if s.options.Resolve == nil {
		s.incoming[number] = handle{callee: failing(values.Errorf("METHOD_NOT_FOUND", "METHOD_NOT_FOUND: this side serves no modules"))}
		return nil
	}
	callee, inOrder := s.options.Resolve(introduction.Module, introduction.Method)
	s.incoming[number] = handle{callee, inOrder}
	return nil
}

// released is what a handle that was released stands for.
var released = failing(values.Errorf("METHOD_NOT_FOUND", "METHOD_NOT_FOUND: what was called is lent no more, or was released"))

func failing(err error) Callee { return func(call *Incoming) { call.Fail(err) } }

// startCalls starts the calls of a frame, each on a goroutine of its own.
func (s *Session) startCalls(frame *wire.Frame) error {
	count := len(frame.CallIDs)
	if count == 0 {
		return nil
	}
	args, err := Elements(make([][]byte, 0, count), frame.CallArgs)
	if err != nil || len(args) != count || len(frame.CallHandles) != count {
		return errColumn
	}
	calls := make([]Incoming, count)
	for index := range calls {
		bound, known := s.incoming[frame.CallHandles[index]]
		if !known && frame.CallHandles[index] > s.highest {
			return fmt.Errorf("handle %d was never introduced", frame.CallHandles[index])
		}
		if !known {
			bound = handle{callee: released}
		}
		calls[index] = Incoming{session: s, id: frame.CallIDs[index], plain: args[index], Attempt: 1, handle: bound}
	}
	for index := range frame.CallDetails {
		details := &frame.CallDetails[index]
		if int(details.Index) >= count {
			return errors.New("details of a call that is not in the frame")
		}
		calls[details.Index].detail(details)
	}
	s.mu.Lock()
	for index := range calls {
		s.running[calls[index].id] = &calls[index]
	}
	s.mu.Unlock()
	for index := range calls {
		call := &calls[index]
		if call.payload == nil && call.plain[0] != '[' {
			return errors.New("the arguments of a call are no array")
		}
		if call.handle.inOrder {
			call.handle.callee(call)
		} else {
			go call.handle.callee(call)
		}
	}
	return nil
}

func (c *Incoming) detail(details *wire.CallDetails) {
	c.payload = details.Args
	c.Trace = details.Trace
	if details.Attempt > 0 {
		c.Attempt = int(details.Attempt)
	}
	if details.TimeoutMs > 0 {
		c.Deadline = time.Now().Add(time.Duration(details.TimeoutMs) * time.Millisecond)
	}
}

func (s *Session) cancelCalls(ids []uint32) {
	for _, id := range ids {
		s.mu.Lock()
		call := s.running[id]
		if call != nil {
			call.isCancelled = true
		}
		s.mu.Unlock()
		if call != nil {
			call.stop(ErrCancelled)
		}
	}
}

// Running is how many calls of the peer run.
func (s *Session) Running() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.running)
}
