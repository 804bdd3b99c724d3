package isolate_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	isolate "github.com/process-isolation/process-isolation/clients/go"
	"github.com/process-isolation/process-isolation/pihost/go"
)

// reportVariable names the file into which a process tells how it ended.
const reportVariable = "ISOLATE_TEST_REPORT"

func report(text string) {
	file, err := os.OpenFile(os.Getenv(reportVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	fmt.Fprintln(file, text)
}

func serveWithEnd() {
	pihost.ServeWith(pihost.Functions{
		"deaf": func() { select {} },
		"cleansUp": func(ctx context.Context) {
			<-ctx.Done()
			time.Sleep(20 * time.Millisecond)
			report("cleaned up")
		},
		"goexit": func() int { runtime.Goexit(); return 1 },
		"goexits": func() iter.Seq[int] {
			return func(yield func(int) bool) { yield(1); runtime.Goexit() }
		},
	}, pihost.Options{OnStop: func(ctx context.Context) { report(fmt.Sprint("stopped in time: ", ctx.Err() == nil)) }})
}

func optionsWithEnd(file string) isolate.Options {
	given := options("stops")
	given.Env = append(given.Env, reportVariable+"="+file)
	return given
}

func callAndWait(iso *isolate.Isolator, method string) {
	go func() { _, _ = iso.Call(context.Background(), "m", method) }()
	for {
		if status, err := iso.Status(context.Background()); err != nil || status.CallsInFlight > 0 {
			return
		}
	}
}

func dieWhileItCleansUp() {
	iso, err := isolate.Start(context.Background(), optionsWithEnd(os.Getenv(reportVariable)))
	if err != nil {
		panic(err)
	}
	callAndWait(iso, "cleansUp")
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

func TestACallThatDoesNotEndLeavesOnStopItsTime(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report")
	iso := start(t, optionsWithEnd(file))
	callAndWait(iso, "deaf")
	if _, err := iso.Shutdown(t.Context(), isolate.Shutdown{Grace: 400 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(file); string(text) != "stopped in time: true\n" {
		t.Errorf("got %q", text)
	}
}

func TestTheDeathOfTheHostLeavesAMomentToCleanUp(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report")
	host := exec.Command(os.Args[0])
	host.Env = []string{roleVariable + "=host", reportVariable + "=" + file}
	_ = host.Run()
	const want = "cleaned up\nstopped in time: true\n"
	var text []byte
	for end := time.Now().Add(10 * time.Second); string(text) != want && time.Now().Before(end); time.Sleep(time.Millisecond) {
		text, _ = os.ReadFile(file)
	}
	if string(text) != want {
		t.Errorf("got %q", text)
	}
}

func TestAFunctionThatEndsItsGoroutineFailsItsCall(t *testing.T) {
	iso := start(t, optionsWithEnd(filepath.Join(t.TempDir(), "report")))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var remote *isolate.RemoteError
	if _, err := iso.Call(ctx, "m", "goexit"); !errors.As(err, &remote) || !strings.Contains(err.Error(), "runtime.Goexit") {
		t.Errorf("the call gave %v", err)
	}
	var last error
	for _, err := range iso.Stream(ctx, "m", "goexits") {
		last = err
	}
	if !errors.As(last, &remote) || !strings.Contains(last.Error(), "runtime.Goexit") {
		t.Errorf("the stream ended with %v", last)
	}
}

func TestAShutdownAsTheNextProcessBecomesReadyEndsThatToo(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for round := range 200 {
		given := options("pihost")
		given.Restart.Initial = time.Microsecond
		iso := start(t, given)
		_, _ = iso.Call(ctx, "m", "exit", 1)
		// From before the start of the next one until after it.
		time.Sleep(time.Duration(round%100) * 50 * time.Microsecond)
		if _, _ = iso.Shutdown(ctx, isolate.Shutdown{}); ctx.Err() != nil {
			t.Fatalf("the shutdown did not end in round %d", round)
		}
	}
}
