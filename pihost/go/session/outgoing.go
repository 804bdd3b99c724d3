package session

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/process-isolation/process-isolation/pihost/go/values"
	"github.com/process-isolation/process-isolation/pihost/go/wire"
)

// maxHandles is how many handles one side has at a time.
const maxHandles = 16384

// ErrNotSent is the cause where a call was never sent, since the Session was over before.
var ErrNotSent = errors.New("the connection to the process was lost before the call")

// target is what a handle stands for.
type target struct {
	module, method string
	reference      uint32
}

// outgoing is a call that waits for its answer.
type outgoing struct {
	answer chan answer
	loans  []uint32
}

// answer is what came: the JSON of a value, a payload, nothing, or an error.
type answer struct {
	plain   []byte
	payload *wire.Payload
	failed  bool
	err     error
}

// Call calls an export of a module of the peer, and waits for the answer. Functions, channels and iterators among the
// arguments are lent. When the context ends first, the peer is told, and the error is the context's cause.
func (s *Session) Call(ctx context.Context, module, method string, args ...any) (any, error) {
	return s.call(ctx, target{module: module, method: method}, nil, args, nil)
}

// CallInto is Call, with a pointer to a variable of any type that takes the result.
func (s *Session) CallInto(ctx context.Context, into any, module, method string, args ...any) error {
	_, err := s.call(ctx, target{module: module, method: method}, nil, args, into)
	return err
}

// CallTraced is Call with a trace context for the callee, and with CallInto's variable where that is not nil.
func (s *Session) CallTraced(ctx context.Context, trace map[string]string, into any, module, method string, args ...any) (any, error) {
	return s.call(ctx, target{module: module, method: method}, trace, args, into)
}

func (s *Session) call(ctx context.Context, to target, trace map[string]string, args []any, into any) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	id, call, err := s.start(ctx, to, trace, args)
	if err != nil {
		return nil, err
	}
	var came answer
	select {
	case came = <-call.answer:
	case <-ctx.Done():
		s.giveUp(id, call)
		return nil, context.Cause(ctx)
	}
	value, err := s.open(came, into)
	s.endLoansBut(call.loans, value)
	return value, err
}

// start sends a call.
func (s *Session) start(ctx context.Context, to target, trace map[string]string, args []any) (uint32, *outgoing, error) {
	call := &outgoing{answer: make(chan answer, 1)}
	details := wire.CallDetails{Attempt: 1, Trace: trace}
	if deadline, has := ctx.Deadline(); has {
		details.TimeoutMs = uint32(max(1, time.Until(deadline).Milliseconds()))
	}
	var room [256]byte
	text, isPlain := appendArgs(room[:0], args)
	if !isPlain || len(text) >= columnText {
		parcel := &parcel{session: s, lendsFunctions: true}
		if args == nil {
			args = []any{}
		}
		payload, err := parcel.payload(args)
		if err != nil {
			return 0, nil, err
		}
		details.Args, call.loans, text = payload, parcel.loans, append(room[:0], "null"...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure != nil {
		return 0, nil, &values.FrameworkError{Code: "CRASHED", Message: "CRASHED: " + ErrNotSent.Error(), Cause: ErrNotSent}
	}
	id := nextNumber(s.lastCall, func(number uint32) bool { return s.calling[number] != nil })
	s.lastCall = id
	s.calling[id] = call
	handle := s.handleOf(to)
	if details.Args != nil || details.TimeoutMs > 0 || len(trace) > 0 {
		details.Index = uint32(len(s.draft.CallIDs))
		s.draft.CallDetails = append(s.draft.CallDetails, details)
	}
	s.draft.CallIDs = append(s.draft.CallIDs, id)
	s.draft.CallHandles = append(s.draft.CallHandles, handle)
	s.draft.CallArgs = append(openElement(s.draft.CallArgs), text...)
	s.added(len(text))
	return id, call, nil
}

func appendArgs(to []byte, args []any) ([]byte, bool) {
	to = append(to, '[')
	for index, arg := range args {
		if index > 0 {
			to = append(to, ',')
		}
		var ok bool
		if to, ok = values.AppendPlain(to, arg); !ok {
			return to, false
		}
	}
	return append(to, ']'), true
}

// handleOf introduces what is called for the first time. mu is held.
func (s *Session) handleOf(to target) uint32 {
	if handle, known := s.handles[to]; known {
		return handle
	}
	if len(s.handles) >= maxHandles {
		for old, handle := range s.handles {
			s.draft.HandleReleases = append(s.draft.HandleReleases, handle)
			delete(s.handles, old)
		}
		s.added(0)
		s.seal()
	}
	s.lastHand = nextNumber(s.lastHand, func(uint32) bool { return false })
	s.handles[to] = s.lastHand
	s.draft.Introductions = append(s.draft.Introductions, wire.Introduction{
		Handle: s.lastHand, Module: to.module, Method: to.method, Reference: to.reference,
	})
	return s.lastHand
}

// giveUp cancels a call. Its number stays taken until the peer has said that it has ended.
func (s *Session) giveUp(id uint32, call *outgoing) {
	s.mu.Lock()
	if s.calling[id] == call {
		s.draft.Cancels = append(s.draft.Cancels, id)
		s.added(0)
		// A cancel comes behind its call also where the peer reads both in one frame.
		s.seal()
	}
	s.mu.Unlock()
	s.endLoans(call.loans)
	go func() {
		// What an answer that crossed the cancel has lent goes back.
		if came := <-call.answer; came.payload != nil && !came.failed {
			value, _ := s.decode(came.payload)
			giveBack(value, 0)
		}
	}()
}

// giveBack closes the streams in a value, and releases its references.
func giveBack(value any, depth int) {
	if depth > 100 {
		return
	}
	switch value := value.(type) {
	case interface{ Release() }:
		value.Release()
	case []any:
		for _, item := range value {
			giveBack(item, depth+1)
		}
	case map[string]any:
		for _, item := range value {
			giveBack(item, depth+1)
		}
	}
}

// open decodes an answer.
func (s *Session) open(came answer, into any) (any, error) {
	if came.err != nil {
		return nil, came.err
	}
	var value any
	var err error
	switch {
	case came.payload != nil:
		value, err = s.decode(came.payload)
	case came.plain != nil:
		if value, err, done := openPlain(came.plain, into); done {
			return value, err
		}
		value, err = values.DecodePlain(came.plain)
	default:
		value = values.Undefined{}
	}
	if err != nil {
		return nil, &values.FrameworkError{Code: "PROTOCOL", Message: "PROTOCOL: the result cannot be decoded: " + err.Error(), Cause: err}
	}
	if came.failed {
		return nil, values.AsError(value)
	}
	if into != nil {
		return value, assignResult(into, value)
	}
	return value, nil
}

// openPlain takes the short way for numbers.
func openPlain(text []byte, into any) (value any, err error, done bool) {
	number, isInteger := values.ParseInteger(text)
	if !isInteger {
		return nil, nil, false
	}
	switch into := into.(type) {
	case nil:
		return float64(number), nil, true
	case *int:
		*into = int(number)
	case *int64:
		*into = number
	case *float64:
		*into = float64(number)
	default:
		return nil, nil, false
	}
	return nil, nil, true
}

func assignResult(into, value any) error {
	pointer := reflect.ValueOf(into)
	if pointer.Kind() != reflect.Pointer || pointer.IsNil() {
		return errors.New("the result needs a pointer to a variable")
	}
	return values.Assign(pointer.Elem(), value)
}

// settle hands the answers of a frame to those who wait.
func (s *Session) settle(frame *wire.Frame) error {
	if len(frame.ResultIDs) > 0 {
		texts, err := Elements(make([][]byte, 0, len(frame.ResultIDs)), frame.Results)
		if err != nil || len(texts) != len(frame.ResultIDs) {
			return errColumn
		}
		s.mu.Lock()
		for index, id := range frame.ResultIDs {
			s.hand(id, answer{plain: texts[index]})
		}
		s.mu.Unlock()
	}
	if len(frame.VoidIDs)+len(frame.Settlements) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range frame.VoidIDs {
		s.hand(id, answer{})
	}
	for index := range frame.Settlements {
		settled := &frame.Settlements[index]
		if settled.Error != nil {
			s.hand(settled.ID, answer{payload: settled.Error, failed: true})
		} else if settled.Value != nil {
			s.hand(settled.ID, answer{payload: settled.Value})
		}
	}
	return nil
}

// hand gives an answer to the call that waits for it; mu is held.
func (s *Session) hand(id uint32, came answer) {
	if call := s.calling[id]; call != nil {
		delete(s.calling, id)
		call.answer <- came
	}
}
