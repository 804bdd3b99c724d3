package pihost

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/process-isolation/process-isolation/pihost/go/session"
	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// hostModule is the name under which the process answers for itself.
const hostModule = "pihost:"

// hostMethod finds a method of pihost:. These calls are counted nowhere, and answered also while the process drains.
func (p *process) hostMethod(name string) session.Callee {
	methods := map[string]any{
		"status":    p.status,
		"shutdown":  session.Callee(p.shutdownMethod),
		"setData":   p.setData,
		"getData":   p.getData,
		"takeOver":  func(generation uint32) { p.generation.Store(generation) },
		"mayHandOn": p.mayHandOn,
		"exports":   func(module string) []moduleExport { return p.exports.list(module) },
	}
	callee, err := session.NewCallee(methods[name])
	if err != nil {
		err := values.Errorf("METHOD_NOT_FOUND", "METHOD_NOT_FOUND: pihost: has no method %q; it has %s", name, namesOf(methods))
		return func(call *session.Incoming) { call.Fail(err) }
	}
	return callee
}

func (p *process) shutdownMethod(call *session.Incoming) {
	args, err := call.Args()
	if err != nil {
		call.Fail(err)
		return
	}
	reason := ""
	if len(args) > 0 {
		reason, _ = args[0].(string)
	}
	grace := millisecondsIn(args, 1, defaultGrace)
	running, goOn := p.shutdown(reason, grace, millisecondsIn(args, 2, grace/2))
	call.Return(running)
	goOn()
}

// millisecondsIn is an argument that is a time; what is too long for one is the longest.
func millisecondsIn(args []any, index int, otherwise time.Duration) time.Duration {
	if index >= len(args) {
		return otherwise
	}
	number, isNumber := args[index].(float64)
	if !isNumber || !(number >= 0) {
		return otherwise
	}
	return time.Duration(min(number*float64(time.Millisecond), 1<<62))
}

func (p *process) setData(name string, value any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, isNothing := value.(values.Undefined); isNothing {
		delete(p.data, name)
		return
	}
	p.data[name] = value
}

func (p *process) getData(name string) any {
	p.mu.Lock()
	defer p.mu.Unlock()
	value, known := p.data[name]
	if !known {
		return values.Undefined{}
	}
	return value
}

// Status is what a process says of itself: HostStatus of the contract.
type Status struct {
	// State is 1 for ready, 2 for draining.
	State          int      `json:"state"`
	PID            int      `json:"pid"`
	Isolate        string   `json:"isolate"`
	Generation     uint32   `json:"generation"`
	Uptime         Duration `json:"uptime"`
	CallsInFlight  int64    `json:"callsInFlight"`
	CallsDone      uint64   `json:"callsDone"`
	CallsFailed    uint64   `json:"callsFailed"`
	RSSBytes       uint64   `json:"rssBytes"`
	HeapUsedBytes  uint64   `json:"heapUsedBytes"`
	HeapLimitBytes uint64   `json:"heapLimitBytes,omitempty"`
	CPUSeconds     float64  `json:"cpuSeconds"`
	RuntimeVersion string   `json:"runtimeVersion"`
	PackageVersion string   `json:"packageVersion"`
}

// Duration is a google.protobuf.Duration.
type Duration struct {
	Seconds int64 `json:"seconds"`
	Nanos   int32 `json:"nanos"`
}

func (p *process) status() Status {
	uptime := time.Since(started)
	state := 1
	if p.draining.Load() {
		state = 2
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	status := Status{
		State: state, PID: os.Getpid(), Isolate: p.given.Isolate, Generation: p.generation.Load(),
		Uptime:        Duration{Seconds: int64(uptime / time.Second), Nanos: int32(uptime % time.Second)},
		CallsInFlight: p.running.Load(), CallsDone: p.done.Load(), CallsFailed: p.failed.Load(),
		RSSBytes: residentBytes(), HeapUsedBytes: memory.HeapAlloc, CPUSeconds: processorSeconds(),
		RuntimeVersion: runtime.Version(), PackageVersion: Version,
	}
	if limit := debug.SetMemoryLimit(-1); limit < 1<<62 {
		status.HeapLimitBytes = uint64(limit)
	}
	return status
}

func residentBytes() uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseUint(fields[1], 10, 64)
	return pages * uint64(os.Getpagesize())
}

func processorSeconds() float64 {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}
