package isolate_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	isolate "github.com/process-isolation/process-isolation/clients/go"
	"github.com/process-isolation/process-isolation/pihost/go"
	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// roleVariable makes the test's own executable a process that it isolates.
const roleVariable = "ISOLATE_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "pihost":
		pihost.Serve(pihost.Functions{
			"add":  func(a, b int) int { return a + b },
			"exit": func(code int) { fmt.Fprintln(os.Stderr, "exiting"); os.Exit(code) },
			"hang": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
			"deaf": func() { select {} },
			"count": func(to int) iter.Seq[int] {
				return func(yield func(int) bool) {
					for number := 1; number <= to && yield(number); number++ {
					}
				}
			},
			"call": func(ctx context.Context, f func(context.Context, string) (string, error)) (string, error) {
				return f(ctx, "x")
			},
			"panic": func() { panic(errors.New("on purpose")) },
		})
	case "stops":
		serveWithEnd()
	case "host":
		dieWhileItCleansUp()
	case "mute":
		_, _ = io.Copy(io.Discard, os.NewFile(3, "handshake"))
	case "dies":
		fmt.Fprintln(os.Stderr, "cannot begin")
		os.Exit(4)
	default:
		os.Exit(m.Run())
	}
}

func options(role string) isolate.Options {
	return isolate.Options{
		// The race detector would have the process wait for a second before it exits.
		Command: []string{os.Args[0]}, Env: []string{roleVariable + "=" + role, "GORACE=atexit_sleep_ms=0"}, Name: "test",
		Stdout: io.Discard, Stderr: io.Discard,
	}
}

func TestAGoProgramIsCalled(t *testing.T) {
	iso := start(t, options("pihost"))
	if sum, err := isolate.As[int](t.Context(), iso, "m", "add", 1, 2); err != nil || sum != 3 {
		t.Errorf("1 + 2 gave %d, %v", sum, err)
	}
	total := 0.0
	for item, err := range iso.Stream(t.Context(), "m", "count", 100) {
		if err != nil {
			t.Fatal(err)
		}
		total += item.(float64)
	}
	if total != 5050 {
		t.Errorf("the items add up to %v", total)
	}
	greet := func(text string) string { return "hello " + text }
	if got, err := isolate.As[string](t.Context(), iso, "m", "call", greet); err != nil || got != "hello x" {
		t.Errorf("the callback gave %q, %v", got, err)
	}
	if !strings.HasPrefix(iso.Runtime(), "go go1.") {
		t.Errorf("the runtime is %q", iso.Runtime())
	}
}

func TestErrorsAreTyped(t *testing.T) {
	iso := start(t, options("pihost"))
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	cancelled, cancelNow := context.WithCancel(t.Context())
	cancelNow()
	for _, each := range []struct {
		ctx    context.Context
		method string
		is     []error
	}{
		{short, "hang", []error{isolate.ErrDeadlineExceeded, context.DeadlineExceeded}},
		{cancelled, "hang", []error{isolate.ErrCancelled, context.Canceled}},
		{t.Context(), "missing", []error{isolate.ErrMethodNotFound}},
		{t.Context(), "exit", nil},
		{t.Context(), "panic", nil},
	} {
		_, err := iso.Call(each.ctx, "m", each.method)
		for _, want := range each.is {
			if !errors.Is(err, want) {
				t.Errorf("%s gave %v, which is no %v", each.method, err, want)
			}
		}
		var remote *isolate.RemoteError
		if each.is == nil && !errors.As(err, &remote) {
			t.Errorf("%s gave %#v", each.method, err)
		}
	}
}

func TestACrashTellsHowTheProcessEnded(t *testing.T) {
	given := options("pihost")
	var exits []isolate.Exit
	var mu sync.Mutex
	given.OnExit = func(exit isolate.Exit) { mu.Lock(); exits = append(exits, exit); mu.Unlock() }
	iso := start(t, given)
	_, err := iso.Call(t.Context(), "m", "exit", 3)
	var crashed *isolate.Error
	if !errors.As(err, &crashed) || crashed.Code != "CRASHED" || crashed.Facts["exitCode"] != 3 || !strings.Contains(crashed.Facts["stderrTail"].(string), "exiting") {
		t.Fatalf("got %#v", err)
	}
	if sum, err := isolate.As[int](t.Context(), iso, "m", "add", 1, 2); err != nil || sum != 3 || iso.Generation() != 2 {
		t.Errorf("the next call gave %d, %v in process %d", sum, err, iso.Generation())
	}
	mu.Lock()
	defer mu.Unlock()
	if len(exits) != 1 || exits[0].Code != 3 || exits[0].Requested {
		t.Errorf("OnExit was told %+v", exits)
	}
}

func TestDataThatCannotCrossIsRefusedAndDataIsACopy(t *testing.T) {
	iso := start(t, options("pihost"))
	kept := map[string]any{"a": 1.0}
	if err := iso.SetData(t.Context(), "kept", kept); err != nil {
		t.Fatal(err)
	}
	kept["a"] = func() {}
	if err := iso.SetData(t.Context(), "refused", kept); !errors.Is(err, isolate.ErrNotSerializable) {
		t.Errorf("a function gave %v", err)
	}
	_, _ = iso.Call(t.Context(), "m", "exit", 1)
	value, err := iso.GetData(t.Context(), "kept")
	if got, isObject := value.(map[string]any); err != nil || !isObject || got["a"] != 1.0 {
		t.Errorf("the next process has %v, %v", value, err)
	}
	if value, err := iso.GetData(t.Context(), "refused"); err != nil || value != (values.Undefined{}) {
		t.Errorf("what was refused is %v, %v", value, err)
	}
}

func TestTheRestartBudgetEnds(t *testing.T) {
	given := options("pihost")
	given.Restart = isolate.Restart{Max: 1, Initial: time.Millisecond}
	iso := start(t, given)
	for range 2 {
		if _, err := iso.Call(t.Context(), "m", "exit", 1); !errors.Is(err, isolate.ErrCrashed) {
			t.Fatal(err)
		}
	}
	<-iso.Done()
	if _, err := iso.Call(t.Context(), "m", "add", 1, 2); !errors.Is(err, isolate.ErrRestartsExhausted) || !errors.Is(iso.Err(), isolate.ErrRestartsExhausted) {
		t.Errorf("got %v", err)
	}
}

func TestRestartingCanBeOff(t *testing.T) {
	given := options("pihost")
	given.Restart.Off = true
	iso := start(t, given)
	if _, err := iso.Call(t.Context(), "m", "exit", 1); !errors.Is(err, isolate.ErrCrashed) {
		t.Fatal(err)
	}
	if _, err := iso.Call(t.Context(), "m", "add", 1, 2); !errors.Is(err, isolate.ErrStopped) {
		t.Errorf("got %v", err)
	}
}

func TestStartsThatFailSayWhy(t *testing.T) {
	slow := options("mute")
	slow.StartTimeout = 100 * time.Millisecond
	for name, each := range map[string]struct {
		options isolate.Options
		want    error
		text    string
	}{
		"no command":              {isolate.Options{}, isolate.ErrInvalidOption, "Command"},
		"an executable not there": {isolate.Options{Command: []string{"/no/such/program"}}, isolate.ErrStartFailed, "/no/such/program"},
		"an end before hello":     {options("dies"), isolate.ErrStartFailed, "exited with code 4"},
		"no hello":                {slow, isolate.ErrStartTimeout, "100ms"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := isolate.Start(t.Context(), each.options); !errors.Is(err, each.want) || !strings.Contains(err.Error(), each.text) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestShutdownEndsInOrderAndKillsWhatStays(t *testing.T) {
	for name, each := range map[string]struct {
		method string
		code   int
	}{"a call that heeds its context": {"", 0}, "a call that never returns": {"deaf", 0}} {
		t.Run(name, func(t *testing.T) {
			iso := start(t, options("pihost"))
			pid := iso.PID()
			if each.method != "" {
				go func() { _, _ = iso.Call(context.Background(), "m", each.method) }()
			}
			exit, err := iso.Shutdown(t.Context(), isolate.Shutdown{Grace: 50 * time.Millisecond})
			if err != nil || exit.Code != each.code || !exit.Requested {
				t.Errorf("got %+v, %v", exit, err)
			}
			if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("process %d is still there: %v", pid, err)
			}
			if _, err := iso.Call(t.Context(), "m", "add", 1, 2); !errors.Is(err, isolate.ErrStopped) {
				t.Errorf("a call afterwards gave %v", err)
			}
		})
	}
}

func TestWatchGoesOnAcrossRestarts(t *testing.T) {
	iso := start(t, options("pihost"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	crashed := false
	for status, err := range iso.Watch(ctx, 10*time.Millisecond) {
		last = err
		switch {
		case err != nil:
		case !crashed:
			crashed = true
			_, _ = iso.Call(ctx, "m", "exit", 1)
		case status.Generation == 2:
			cancel()
		}
	}
	if !errors.Is(last, isolate.ErrCancelled) {
		t.Errorf("ended with %v", last)
	}
}

func TestOutputOfTheProcessIsPassedOn(t *testing.T) {
	var printed bytes.Buffer
	given := options("pihost")
	given.Stderr = &printed
	given.Restart.Off = true
	iso := start(t, given)
	_, _ = iso.Call(t.Context(), "m", "exit", 1)
	<-iso.Done()
	if printed.String() != "exiting\n" {
		t.Errorf("got %q", printed.String())
	}
}
