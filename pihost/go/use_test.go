package pihost

import (
	"context"
	"errors"
	"net"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/process-isolation/process-isolation/pihost/go/session"
	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// served is what a host of the tests lets the process use, by module and method.
type served map[[2]string]any

// serveHost joins this process with a host by a socket, and returns the host's end.
func serveHost(t *testing.T, granted served) *session.Session {
	t.Helper()
	listener, err := net.Listen("unix", t.TempDir()+"/s")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ours, err := net.Dial("unix", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{data: map[string]any{}}
	p.exports, err = newExports(Functions{
		"used": func(ctx context.Context, path string) (any, error) { return Use("store").Call(ctx, path) },
		"traced": func(ctx context.Context, path string) (any, error) {
			return Use("store").WithTrace(nil).Call(ctx, path)
		},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	host := session.New(theirs, session.Options{Resolve: func(module, method string) (session.Callee, bool) {
		callee, err := session.NewCallee(granted[[2]string{module, method}])
		if err != nil {
			return func(call *session.Incoming) {
				call.Fail(values.Errorf("NOT_GRANTED", "NOT_GRANTED: %s of %s", method, module))
			}, false
		}
		return callee, false
	}})
	p.session = session.New(ours, session.Options{Resolve: p.resolve})
	current.Store(p)
	var ended sync.WaitGroup
	for _, each := range []*session.Session{host, p.session} {
		ended.Add(1)
		go func() { defer ended.Done(); _ = each.Serve() }()
	}
	t.Cleanup(func() { host.Close(); p.session.Close(); ended.Wait(); current.Store(nil) })
	return host
}

func codeOf(err error) string {
	var framework *values.FrameworkError
	if errors.As(err, &framework) {
		return framework.Code
	}
	return ""
}

func TestWhatWasGrantedIsCalled(t *testing.T) {
	add := func(a, b int) int { return a + b }
	serveHost(t, served{
		{"use:store", "add"}: add, {"use:store", "nested.deep.add"}: add,
		{"use-idempotent:store", "add"}: func(a, b int) int { return -a - b },
		{"use:host.log", "add"}:         func(a, b int) int { return a * b },
	})
	for _, test := range []struct {
		used *Used
		path string
		want int
	}{
		{Use("store"), "add", 5},
		{Use("store"), "nested.deep.add", 5},
		{Use("store").Idempotent(), "add", -5},
		{Use("store").WithTrace(map[string]string{"a": "b"}).Idempotent(), "add", -5},
		{Use("host.log"), "add", 6},
	} {
		var sum int
		if err := test.used.CallInto(t.Context(), &sum, test.path, 2, 3); err != nil || sum != test.want {
			t.Errorf("%s of %+v gave %d, %v; want %d", test.path, test.used, sum, err, test.want)
		}
		if err := test.used.Member(test.path).CallInto(t.Context(), &sum, 2, 3); err != nil || sum != test.want {
			t.Errorf("the member %s of %+v gave %d, %v; want %d", test.path, test.used, sum, err, test.want)
		}
	}
}

func TestWhatIsNotGrantedIsAFrameworkError(t *testing.T) {
	serveHost(t, served{})
	_, err := Use("store").Call(t.Context(), "get")
	if codeOf(err) != "NOT_GRANTED" {
		t.Errorf("the error is %v", err)
	}
	if _, err := FrontDoor(t.Context()); codeOf(err) != "NOT_GRANTED" {
		t.Errorf("the error of the front door is %v", err)
	}
}

func TestTheDeadlineAndTheTraceOfACallAreHandedOn(t *testing.T) {
	type facts struct {
		timed bool
		trace map[string]string
	}
	heard := make(chan facts, 1)
	host := serveHost(t, served{{"use:store", "context"}: session.Callee(func(call *session.Incoming) {
		heard <- facts{!call.Deadline.IsZero(), call.Trace}
		call.Return(1)
	})})
	outer := map[string]string{"traceparent": "00-1"}
	timed, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, test := range []struct {
		method string
		ctx    context.Context
		trace  map[string]string
		want   facts
	}{
		{"used", timed, outer, facts{true, outer}},
		{"used", t.Context(), nil, facts{}},
		{"traced", t.Context(), outer, facts{}},
	} {
		if _, err := host.CallTraced(test.ctx, test.trace, nil, "module", test.method, "context"); err != nil {
			t.Fatal(err)
		}
		if got := <-heard; !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s in a call with the trace %v was heard as %+v; want %+v", test.method, test.trace, got, test.want)
		}
	}
}

func TestACallThatIsGivenUpCancelsWhatItAskedFor(t *testing.T) {
	begun, over := make(chan struct{}), make(chan error, 1)
	host := serveHost(t, served{{"use:store", "wait"}: func(ctx context.Context) {
		close(begun)
		<-ctx.Done()
		over <- context.Cause(ctx)
	}})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	if _, err := host.Call(ctx, "module", "used", "wait"); !errors.Is(err, context.Canceled) {
		t.Errorf("the call failed with %v", err)
	}
	if cause := <-over; !errors.Is(cause, session.ErrCancelled) {
		t.Errorf("what it asked for ended with %v", cause)
	}
}

func TestWhatWasGrantedIsLentOnlyWhereTheHostSaysSo(t *testing.T) {
	host := serveHost(t, served{
		{"use:store", "get"}: func(key string) string { return "value of " + key },
		{"use:store", "take"}: func(ctx context.Context, member *session.Func) (any, error) {
			return member.Call(ctx, "k")
		},
	})
	store := Use("store")
	lend := map[string]any{
		"a member": store.Member("get"), "the whole": store, "a member in a list": []any{store.Member("get")},
	}
	for name, value := range lend {
		if _, err := store.Call(t.Context(), "take", value); codeOf(err) != "NOT_GRANTED" || !strings.Contains(err.Error(), "handOn: true") {
			t.Errorf("lending %s failed with %v", name, err)
		}
	}
	if _, err := host.Call(t.Context(), hostModule, "mayHandOn", []any{"store"}); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Call(t.Context(), "take", store.Member("get")); err != nil || got != "value of k" {
		t.Errorf("the member that was lent gave %v, %v", got, err)
	}
	if _, err := store.Call(t.Context(), "take", store); codeOf(err) != "NOT_SERIALIZABLE" {
		t.Errorf("lending the whole failed with %v", err)
	}
}

func TestTheFrontDoorIsTold(t *testing.T) {
	want := FrontDoorAccess{Address: "unix:/socket", Authorization: "Bearer token"}
	serveHost(t, served{{"use:kernel:front-door", "access"}: func() FrontDoorAccess { return want }})
	if got, err := FrontDoor(t.Context()); err != nil || got != want {
		t.Errorf("it is %+v, %v", got, err)
	}
}

func TestOutsideOfAnIsolateNothingIsUsed(t *testing.T) {
	if _, err := Use("store").Call(t.Context(), "get"); !errors.Is(err, errNothingToUse) {
		t.Errorf("the error is %v", err)
	}
}
