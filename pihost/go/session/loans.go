package session

import (
	"context"
	"sync"

	"github.com/process-isolation/process-isolation/pihost/go/values"
	"github.com/process-isolation/process-isolation/pihost/go/wire"
)

// loan is a function that the peer may call.
type loan struct{ callee Callee }

func (s *Session) lend(callee Callee) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastLoan = nextNumber(s.lastLoan, s.isLent)
	s.loans[s.lastLoan] = &loan{callee: callee}
	return s.lastLoan
}

func (s *Session) isLent(number uint32) bool {
	return s.loans[number] != nil || s.exports[number] != nil
}

func (s *Session) loanOf(reference uint32) *loan {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loans[reference]
}

func (s *Session) endLoans(references []uint32) {
	if len(references) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, reference := range references {
		delete(s.loans, reference)
	}
}

// endLoansBut ends what was lent with a call once it has settled, and where it returned a stream, once that is over.
func (s *Session) endLoansBut(references []uint32, result any) {
	stream, isStream := result.(*Stream)
	if len(references) == 0 || !isStream {
		s.endLoans(references)
		return
	}
	go func() {
		<-stream.over
		s.endLoans(references)
	}()
}

func (s *Session) releaseLoans(references []uint32) { s.endLoans(references) }

// calleeOfLoan looks the loan up at each call: a handle may outlive it.
func (s *Session) calleeOfLoan(reference uint32, method string) Callee {
	return func(call *Incoming) {
		lent := s.loanOf(reference)
		if lent == nil || method != "" {
			call.Fail(values.Errorf("METHOD_NOT_FOUND", "METHOD_NOT_FOUND: reference %d is lent no more, or has no member %q", reference, method))
			return
		}
		lent.callee(call)
	}
}

// Borrow implements values.Receiver.
func (s *Session) Borrow(reference values.Reference) (any, error) {
	switch reference.Kind {
	case "function":
		return &Func{borrowed{session: s, reference: reference}}, nil
	case "object":
		return &Object{borrowed{session: s, reference: reference}}, nil
	case "signal":
		return s.signal(reference.ID), nil
	case "stream", "readable":
		return s.borrowStream(reference.ID), nil
	}
	return nil, values.Errorf("PROTOCOL", "PROTOCOL: a reference of the kind %.40q is not known", reference.Kind)
}

type borrowed struct {
	session   *Session
	reference values.Reference
	release   sync.Once
}

// Release gives the loan back, where it would outlive the call that it came with. It may be called more than once.
func (b *borrowed) Release() {
	if !b.reference.Kept && b.reference.Kind == "function" {
		return
	}
	b.release.Do(func() {
		b.session.say(func(draft *wire.Frame) { draft.Releases = append(draft.Releases, b.reference.ID) })
	})
}

// Func is a function that the peer has lent. Unless it was kept, it can be called until the call that it came with returns.
type Func struct{ borrowed }

// Call calls the function.
func (f *Func) Call(ctx context.Context, args ...any) (any, error) {
	return f.session.call(ctx, target{reference: f.reference.ID}, nil, args, nil)
}

// CallInto is Call, with a pointer to a variable that takes the result.
func (f *Func) CallInto(ctx context.Context, into any, args ...any) error {
	_, err := f.session.call(ctx, target{reference: f.reference.ID}, nil, args, into)
	return err
}

// Object is a live object of the peer. It stays lent until it is released.
type Object struct{ borrowed }

// Call calls a method, or reads a member that is no function.
func (o *Object) Call(ctx context.Context, method string, args ...any) (any, error) {
	return o.session.call(ctx, target{reference: o.reference.ID, method: method}, nil, args, nil)
}

// Signal is an AbortSignal of the peer.
type Signal struct {
	once   sync.Once
	done   chan struct{}
	reason any
}

// Done is closed when the signal is aborted.
func (g *Signal) Done() <-chan struct{} { return g.done }

// Reason is why it was aborted; nil before.
func (g *Signal) Reason() any {
	select {
	case <-g.done:
		return g.reason
	default:
		return nil
	}
}

// Context makes a context that ends with the signal.
func (g *Signal) Context(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	go func() {
		select {
		case <-g.done:
			cancel(values.AsError(g.reason))
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(context.Canceled) }
}

func (g *Signal) abort(reason any) {
	g.once.Do(func() {
		g.reason = reason
		close(g.done)
	})
}

// signal finds a signal, also one whose abort comes before whoever got it has looked at it.
func (s *Session) signal(id uint32) *Signal {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.signals[id]
	if known == nil || known.Reason() != nil {
		known = &Signal{done: make(chan struct{})}
		s.signals[id] = known
	}
	return known
}
