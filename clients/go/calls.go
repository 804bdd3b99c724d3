package isolate

import (
	"context"
	"errors"
	"iter"

	"github.com/process-isolation/process-isolation/pihost/go/session"
)

// Call calls an export of a module: "add", "default", "SampleClass.method". It waits for a restart that is under way.
//
// Arguments may be whatever package values can encode, and functions, channels and iterators, which are lent for the call. The
// result is nil, bool, float64, string, []any, map[string]any, or a type of package values. The deadline and the end of the
// context reach the isolated code.
//
// It fails with an *Error of the framework, with a *RemoteError that the code threw, or with *Thrown.
func (iso *Isolator) Call(ctx context.Context, module, method string, args ...any) (any, error) {
	return iso.onSession(ctx, func(s *session.Session) (any, error) { return s.Call(ctx, module, method, args...) })
}

// CallInto is Call with a pointer to a variable that takes the result, of any type that it fits: structs by their json tags.
func (iso *Isolator) CallInto(ctx context.Context, into any, module, method string, args ...any) error {
	_, err := iso.onSession(ctx, func(s *session.Session) (any, error) {
		return nil, s.CallInto(ctx, into, module, method, args...)
	})
	return err
}

// As calls an export, and returns its result as a T.
func As[T any](ctx context.Context, iso *Isolator, module, method string, args ...any) (result T, err error) {
	err = iso.CallInto(ctx, &result, module, method, args...)
	return result, err
}

// Stream calls an export that returns a stream, and gives its items; at last an error, if there was one. Leaving the loop
// closes the stream. The context is for the whole stream.
func (iso *Isolator) Stream(ctx context.Context, module, method string, args ...any) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		var of *generation
		result, err := iso.onGeneration(ctx, &of, func(s *session.Session) (any, error) { return s.Call(ctx, module, method, args...) })
		if err != nil {
			yield(nil, err)
			return
		}
		stream, isStream := result.(*session.Stream)
		if !isStream {
			yield(nil, invalid("%s of %s returned no stream, but a %T", method, module, result))
			return
		}
		for item, err := range stream.All(ctx) {
			if err != nil {
				err = iso.explain(ctx, of, err)
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

func (iso *Isolator) onSession(ctx context.Context, call func(*session.Session) (any, error)) (any, error) {
	var of *generation
	return iso.onGeneration(ctx, &of, call)
}

// onGeneration makes a call in the process that is there. One that was never sent, since the process had just ended, is for the
// next one.
func (iso *Isolator) onGeneration(ctx context.Context, of **generation, call func(*session.Session) (any, error)) (any, error) {
	for {
		g, err := iso.ready(ctx)
		if err != nil {
			return nil, err
		}
		*of = g
		result, err := call(g.session)
		if errors.Is(err, session.ErrNotSent) {
			continue
		}
		if err != nil {
			return nil, iso.explain(ctx, g, err)
		}
		g.answered.Store(true)
		return result, nil
	}
}

// explain says of a call whose Session was lost how the process ended, and of one whose context ended which way.
func (iso *Isolator) explain(ctx context.Context, g *generation, err error) error {
	var framework *Error
	if !errors.As(err, &framework) {
		if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
			return ended(ctx)
		}
		return err
	}
	if _, bounded := ctx.Deadline(); bounded && framework.Code == "DEADLINE_EXCEEDED" {
		// The process has seen the deadline pass a moment before this side.
		return failure("DEADLINE_EXCEEDED", context.DeadlineExceeded, nil, "the call did not settle before the deadline of its context")
	}
	if framework.Code != "CRASHED" {
		return err
	}
	select {
	case <-g.exited:
	case <-ctx.Done():
		return ended(ctx)
	}
	var cause error
	var broken *Error
	if inner := framework.Unwrap(); errors.As(inner, &broken) {
		cause = broken
	}
	return failure("CRASHED", cause, g.exit.facts(iso.options.Name), "%s %s while the call was running", iso.options.Name, g.exit)
}
