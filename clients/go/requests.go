package isolate

import (
	"context"
	"iter"
	"maps"
	"syscall"
	"time"

	"github.com/process-isolation/process-isolation/pihost/go/session"
	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// hostModule is the name under which the process answers for itself, and the host keeps its data.
const hostModule = "pihost:"

// State is what a process is doing.
type State string

// The states of a process.
const (
	Ready    State = "ready"
	Draining State = "draining"
)

// Status are facts about a process, measured by itself. What its runtime does not have is 0.
type Status struct {
	State          State
	PID            int
	Isolate        string
	Generation     int
	Uptime         time.Duration
	CallsInFlight  int
	CallsDone      uint64
	CallsFailed    uint64
	RSSBytes       uint64
	HeapUsedBytes  uint64
	HeapLimitBytes uint64
	CPUSeconds     float64
	EventLoopLagMs float64
	RuntimeVersion string
	PackageVersion string
}

// wireStatus is HostStatus as the process sends it.
type wireStatus struct {
	State         int    `json:"state"`
	PID           int    `json:"pid"`
	Isolate       string `json:"isolate"`
	Generation    int    `json:"generation"`
	CallsInFlight int    `json:"callsInFlight"`
	CallsDone     uint64 `json:"callsDone"`
	CallsFailed   uint64 `json:"callsFailed"`
	Uptime        struct {
		Seconds int64 `json:"seconds"`
		Nanos   int64 `json:"nanos"`
	} `json:"uptime"`
	RSSBytes       uint64  `json:"rssBytes"`
	HeapUsedBytes  uint64  `json:"heapUsedBytes"`
	HeapLimitBytes uint64  `json:"heapLimitBytes"`
	CPUSeconds     float64 `json:"cpuSeconds"`
	EventLoopLagMs float64 `json:"eventLoopLagMs"`
	RuntimeVersion string  `json:"runtimeVersion"`
	PackageVersion string  `json:"packageVersion"`
}

// Status asks the process how it is.
func (iso *Isolator) Status(ctx context.Context) (Status, error) {
	var came wireStatus
	if err := iso.CallInto(ctx, &came, hostModule, "status"); err != nil {
		return Status{}, err
	}
	status := Status{
		State: Ready, PID: came.PID, Isolate: came.Isolate, Generation: came.Generation,
		Uptime:        time.Duration(came.Uptime.Seconds)*time.Second + time.Duration(came.Uptime.Nanos),
		CallsInFlight: came.CallsInFlight, CallsDone: came.CallsDone, CallsFailed: came.CallsFailed,
		RSSBytes: came.RSSBytes, HeapUsedBytes: came.HeapUsedBytes, HeapLimitBytes: came.HeapLimitBytes,
		CPUSeconds: came.CPUSeconds, EventLoopLagMs: came.EventLoopLagMs,
		RuntimeVersion: came.RuntimeVersion, PackageVersion: came.PackageVersion,
	}
	if came.State == 2 {
		status.State = Draining
	}
	return status, nil
}

// Watch gives the status now and at each interval, also across restarts, until the context ends or no further process follows;
// then the error says which.
func (iso *Isolator) Watch(ctx context.Context, interval time.Duration) iter.Seq2[Status, error] {
	return func(yield func(Status, error) bool) {
		tick := time.NewTicker(max(interval, 10*time.Millisecond))
		defer tick.Stop()
		for {
			status, err := iso.Status(ctx)
			if values.IsCode(err, "CRASHED") {
				continue
			}
			if !yield(status, err) || err != nil {
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				yield(Status{}, ended(ctx))
				return
			}
		}
	}
}

// SetData stores a copy of a value for this process and all that follow it. Code inside reads it by getData. It fails with
// NOT_SERIALIZABLE for what has none, as functions.
func (iso *Isolator) SetData(ctx context.Context, name string, value any) error {
	value, err := copyOf(value)
	if err != nil {
		return err
	}
	iso.keep(name, value)
	_, err = iso.Call(ctx, hostModule, "setData", name, value)
	return err
}

// GetData reads a value from the process; values.Undefined where there is none of that name.
func (iso *Isolator) GetData(ctx context.Context, name string) (any, error) {
	return iso.Call(ctx, hostModule, "getData", name)
}

// copyOf is a value as the process has it. What none of them could be told must not be kept for those to come.
func copyOf(value any) (any, error) {
	encoded, err := values.Encode(value, nil)
	if err != nil {
		return nil, err
	}
	return values.Decode(encoded, nil)
}

func (iso *Isolator) keep(name string, value any) {
	iso.mu.Lock()
	defer iso.mu.Unlock()
	if _, isNothing := value.(values.Undefined); isNothing {
		delete(iso.data, name)
		return
	}
	iso.data[name] = value
}

func (iso *Isolator) dataNow() map[string]any {
	iso.mu.Lock()
	defer iso.mu.Unlock()
	return maps.Clone(iso.data)
}

// serve answers the one request that a process may make: to keep its data for the processes to come.
func (iso *Isolator) serve(module, method string) (callee session.Callee, inOrder bool) {
	if module == hostModule && method == "setData" {
		return iso.keepFromProcess, false
	}
	return func(call *session.Incoming) {
		call.Fail(failure("METHOD_NOT_FOUND", nil, nil, "the host serves no modules"))
	}, false
}

func (iso *Isolator) keepFromProcess(call *session.Incoming) {
	args, err := call.Args()
	if err != nil {
		call.Fail(err)
		return
	}
	if len(args) == 0 || len(args) > 2 {
		call.Fail(invalid("setData takes a name and a value, and got %d arguments", len(args)))
		return
	}
	name, isText := args[0].(string)
	if !isText {
		call.Fail(invalid("the name of data must be a string"))
		return
	}
	var value any = values.Undefined{}
	if len(args) == 2 {
		if value, err = copyOf(args[1]); err != nil {
			call.Fail(err)
			return
		}
	}
	iso.keep(name, value)
	// In return, so that both agree on which value was the last.
	if _, err := call.Session().Call(call.Context(), hostModule, "setData", name, value); err != nil {
		call.Fail(err)
		return
	}
	call.Return(values.Undefined{})
}

// Shutdown says how a process is to end.
type Shutdown struct {
	// Reason is for logs and for the process.
	Reason string
	// Grace is how long running calls may take to finish. Default 5 s.
	Grace time.Duration
}

// Shutdown ends the process in order: new calls fail with ErrStopped, running ones may finish within the grace. What has not
// ended then, or when the context ends, is killed. It may be called more than once, and returns how the last process ended.
func (iso *Isolator) Shutdown(ctx context.Context, how Shutdown) (Exit, error) {
	grace := orDefault(how.Grace, 5*time.Second)
	iso.mu.Lock()
	g, first := iso.current, !iso.stopping
	iso.stopping = true
	iso.mu.Unlock()
	if first && g != nil {
		iso.ask(ctx, g, how.Reason, grace)
	}
	if first {
		iso.stop()
	}
	select {
	case <-iso.over:
	case <-ctx.Done():
		iso.Kill()
		<-iso.over
	}
	iso.mu.Lock()
	defer iso.mu.Unlock()
	return iso.last, nil
}

// ask has the process shut down, and kills it when it has not ended a second after the grace.
func (iso *Isolator) ask(ctx context.Context, g *generation, reason string, grace time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, grace+time.Second)
	defer cancel()
	if _, err := g.session.Call(ctx, hostModule, "shutdown", reason, grace.Milliseconds()); err != nil {
		_ = syscall.Kill(-g.command.Process.Pid, syscall.SIGTERM)
	}
	select {
	case <-g.exited:
	case <-ctx.Done():
		g.kill()
	}
}

// Kill ends the present process and its group at once. Another follows, unless Shutdown was called.
func (iso *Isolator) Kill() {
	iso.mu.Lock()
	g := iso.current
	iso.mu.Unlock()
	if g != nil {
		g.kill()
	}
}
