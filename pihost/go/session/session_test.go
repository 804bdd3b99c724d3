package session_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/process-isolation/process-isolation/pihost/go/session"
	"github.com/process-isolation/process-isolation/pihost/go/values"
	"github.com/process-isolation/process-isolation/pihost/go/wire"
)

// connect joins two sessions by a socket; the second serves the functions.
func connect(t *testing.T, functions map[string]any) *session.Session {
	t.Helper()
	listener, err := net.Listen("unix", t.TempDir()+"/s")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := net.Dial("unix", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	resolve := func(_, method string) (session.Callee, bool) {
		callee, err := session.NewCallee(functions[method])
		if err != nil {
			return func(call *session.Incoming) { call.Fail(err) }, false
		}
		return callee, false
	}
	serving := session.New(server, session.Options{Resolve: resolve})
	calling := session.New(client, session.Options{})
	var ended sync.WaitGroup
	for _, each := range []*session.Session{serving, calling} {
		ended.Add(1)
		go func() { defer ended.Done(); _ = each.Serve() }()
	}
	t.Cleanup(func() { calling.Close(); serving.Close(); ended.Wait() })
	return calling
}

func TestFunctionsOfAnySignatureAreCalled(t *testing.T) {
	type pair struct{ A, B int }
	peer := connect(t, map[string]any{
		"ints":     func(a, b int) int { return a + b },
		"floats":   func(a, b float64) (float64, error) { return a / b, nil },
		"context":  func(ctx context.Context, a, b int) (int, error) { return a * b, ctx.Err() },
		"nothing":  func() {},
		"variadic": func(prefix string, rest ...int) string { return fmt.Sprint(prefix, rest) },
		"struct":   func(p pair) pair { return pair{p.B, p.A} },
		"bytes":    func(data []byte) []byte { return append(data, 3) },
		"error":    func() error { return nil },
	})
	for _, each := range []struct {
		method string
		args   []any
		want   any
	}{
		{"ints", []any{1, 2}, 3.0},
		{"ints", []any{1.0, -2}, -1.0},
		{"floats", []any{1, 4}, 0.25},
		{"context", []any{3, 4}, 12.0},
		{"nothing", nil, values.Undefined{}},
		{"variadic", []any{"x", 1, 2}, "x[1 2]"},
		{"variadic", []any{"x"}, "x[]"},
		{"struct", []any{pair{1, 2}}, map[string]any{"A": 2.0, "B": 1.0}},
		{"bytes", []any{[]byte{1, 2}}, []byte{1, 2, 3}},
		{"error", nil, values.Undefined{}},
	} {
		got, err := peer.Call(t.Context(), "m", each.method, each.args...)
		if err != nil || fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", each.want) {
			t.Errorf("%s(%v) gave %#v, %v; want %#v", each.method, each.args, got, err, each.want)
		}
	}
}

func TestFailuresArriveAsErrors(t *testing.T) {
	peer := connect(t, map[string]any{
		"fail":  func() error { return errors.New("no") },
		"panic": func(a, b int) int { return a / b },
		"ints":  func(a, b int) int { return a + b },
	})
	for _, each := range []struct {
		method, class, message, stack string
		args                          []any
	}{
		{"fail", "Error", "no", "Error: no", nil},
		{"panic", "Error", "runtime error: integer divide by zero", "session_test.go", []any{1, 0}},
		{"ints", "TypeError", "the function takes 2 arguments, and got 1", "", []any{1}},
		{"ints", "TypeError", `argument 2: cannot use the string "x" as int`, "", []any{1, "x"}},
	} {
		_, err := peer.Call(t.Context(), "m", each.method, each.args...)
		var remote *values.Error
		if !errors.As(err, &remote) || remote.Class != each.class || remote.Message != each.message || !strings.Contains(remote.Stack, each.stack) {
			t.Errorf("%s gave %#v", each.method, err)
		}
	}
}

func TestCallsOfManyGoroutinesGetTheirOwnAnswers(t *testing.T) {
	peer := connect(t, map[string]any{"add": func(a, b int) int { return a + b }, "echo": func(text string) string { return text }})
	var all sync.WaitGroup
	for caller := range 64 {
		all.Add(1)
		go func() {
			defer all.Done()
			for number := range 50 {
				var sum int
				if err := peer.CallInto(t.Context(), &sum, "m", "add", caller, number); err != nil || sum != caller+number {
					t.Errorf("%d + %d gave %d, %v", caller, number, sum, err)
				}
			}
			long := strings.Repeat("é", 20_000+caller)
			if got, err := peer.Call(t.Context(), "m", "echo", long); err != nil || got != long {
				t.Errorf("a text of %d bytes came back otherwise: %v", len(long), err)
			}
		}()
	}
	all.Wait()
}

func TestTheContextOfACallerReachesTheFunction(t *testing.T) {
	ended := make(chan error, 1)
	started := make(chan struct{})
	peer := connect(t, map[string]any{"wait": func(ctx context.Context) error {
		close(started)
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return ctx.Err()
	}})
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() { <-started; cancel(errors.New("enough")) }()
	if _, err := peer.Call(ctx, "m", "wait"); err == nil || err.Error() != "enough" {
		t.Errorf("the caller got %v", err)
	}
	if cause := <-ended; !errors.Is(cause, session.ErrCancelled) {
		t.Errorf("the function saw %v", cause)
	}
}

func TestStreamsAreIteratedAndClosed(t *testing.T) {
	closed := make(chan struct{})
	peer := connect(t, map[string]any{
		"count": func(to int) iter.Seq[int] {
			return func(yield func(int) bool) {
				for number := 1; number <= to && yield(number); number++ {
				}
			}
		},
		"endless": func(ctx context.Context) <-chan int {
			numbers := make(chan int)
			go func() {
				defer close(closed)
				for number := 0; ; number++ {
					select {
					case numbers <- number:
					case <-ctx.Done():
						return
					}
				}
			}()
			return numbers
		},
		"sum": func(numbers iter.Seq2[int, error]) (sum int, err error) {
			for number, err := range numbers {
				if err != nil {
					return 0, err
				}
				sum += number
			}
			return sum, nil
		},
	})
	stream := func(method string, args ...any) *session.Stream {
		t.Helper()
		result, err := peer.Call(t.Context(), "m", method, args...)
		if err != nil {
			t.Fatal(err)
		}
		return result.(*session.Stream)
	}
	last := 0.0
	for item, err := range stream("count", 5000).All(t.Context()) {
		if err != nil || item != last+1 {
			t.Fatalf("after %v came %v, %v", last, item, err)
		}
		last = item.(float64)
	}
	if last != 5000 {
		t.Errorf("the last item was %v", last)
	}
	for range stream("endless").All(t.Context()) {
		break
	}
	<-closed
	numbers := make(chan int)
	go func() {
		defer close(numbers)
		for number := range 10 {
			numbers <- number
		}
	}()
	if sum, err := peer.Call(t.Context(), "m", "sum", numbers); err != nil || sum != 45.0 {
		t.Errorf("the sum is %v, %v", sum, err)
	}
}

func TestFunctionsAreLentForACall(t *testing.T) {
	kept := make(chan *session.Func, 1)
	peer := connect(t, map[string]any{
		"twice": func(ctx context.Context, f func(context.Context, int) (int, error)) (int, error) {
			once, err := f(ctx, 1)
			if err != nil {
				return 0, err
			}
			return f(ctx, once)
		},
		"keep": func(f *session.Func) { kept <- f },
	})
	got, err := peer.Call(t.Context(), "m", "twice", func(number int) int { return number + 10 })
	if err != nil || got != 21.0 {
		t.Errorf("got %v, %v", got, err)
	}
	_, err = peer.Call(t.Context(), "m", "twice", func(int) (int, error) { return 0, errors.New("not today") })
	var remote *values.Error
	if !errors.As(err, &remote) || remote.Message != "not today" {
		t.Errorf("got %#v", err)
	}
	if _, err := peer.Call(t.Context(), "m", "keep", func() int { return 1 }); err != nil {
		t.Fatal(err)
	}
	if _, err := (<-kept).Call(t.Context()); !values.IsCode(err, "METHOD_NOT_FOUND") {
		t.Errorf("a function that is lent no more gave %v", err)
	}
}

func TestAPeerThatBreaksTheContractEndsTheSession(t *testing.T) {
	for name, frame := range map[string]*wire.Frame{
		"a handle that was never introduced":  {CallIDs: []uint32{1}, CallHandles: []uint32{7}, CallArgs: []byte("[[]]")},
		"columns of different lengths":        {CallIDs: []uint32{1, 2}, CallHandles: []uint32{7}, CallArgs: []byte("[[]]")},
		"a column that is no JSON":            {ResultIDs: []uint32{1}, Results: []byte("[1")},
		"a handle that stands for something":  {Introductions: []wire.Introduction{{Handle: 1, Method: "a"}, {Handle: 1, Method: "b"}}},
		"arguments that are no array":         {Introductions: []wire.Introduction{{Handle: 1, Method: "a"}}, CallIDs: []uint32{1}, CallHandles: []uint32{1}, CallArgs: []byte("[5]")},
		"payloads of items that do not exist": {ItemStreams: []uint32{1}, Items: []byte("[1]"), ItemPayloads: []wire.IndexedPayload{{Index: 4}}},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := net.Pipe()
			defer near.Close()
			served := session.New(far, session.Options{})
			failure := make(chan error, 1)
			go func() { failure <- served.Serve() }()
			if _, err := near.Write(wire.AppendMessage(nil, frame)); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-failure:
				if !values.IsCode(err, "PROTOCOL") {
					t.Errorf("ended with %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Error("the session goes on")
			}
		})
	}
}

func TestWhatIsServedInOrderIsDoneBeforeLaterCallsBegin(t *testing.T) {
	set, seen := 0, make(chan int, 1)
	near, far := net.Pipe()
	defer near.Close()
	served := session.New(far, session.Options{Resolve: func(_, method string) (session.Callee, bool) {
		if method == "set" {
			return func(call *session.Incoming) { set++; call.Return(nil) }, true
		}
		return func(call *session.Incoming) { seen <- set; call.Return(nil) }, false
	}})
	go func() { _ = served.Serve() }()
	go func() { _, _ = io.Copy(io.Discard, near) }()
	frame := &wire.Frame{
		Introductions: []wire.Introduction{{Handle: 1, Method: "set"}, {Handle: 2, Method: "get"}},
		CallIDs:       []uint32{1, 2, 3}, CallHandles: []uint32{1, 1, 2}, CallArgs: []byte("[[],[],[]]"),
	}
	if _, err := near.Write(wire.AppendMessage(nil, frame)); err != nil {
		t.Fatal(err)
	}
	if got := <-seen; got != 2 {
		t.Errorf("the third call saw %d of the two before it", got)
	}
}
