package pihost

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/process-isolation/process-isolation/pihost/go/handshake"
	"github.com/process-isolation/process-isolation/pihost/go/session"
	"github.com/process-isolation/process-isolation/pihost/go/values"
)

const (
	// orphanGrace is how long running calls may take once the host is dead.
	orphanGrace = 150 * time.Millisecond
	// defaultGrace is how long they may take after a shutdown that says nothing else.
	defaultGrace = 5 * time.Second
)

// process is the isolated process as the host sees it.
type process struct {
	host    *os.File
	lines   *bufio.Reader
	given   *handshake.Go
	options Options
	exports *exports
	session *session.Session

	generation atomic.Uint32
	running    atomic.Int64
	done       atomic.Uint64
	failed     atomic.Uint64
	draining   atomic.Bool
	// idle is told when a call has ended while the process drains.
	idle  chan struct{}
	ended chan error

	mu       sync.Mutex
	data     map[string]any
	handedOn map[string]bool
}

func newProcess(host *os.File, lines *bufio.Reader, given *handshake.Go, options Options) *process {
	p := &process{
		host: host, lines: lines, given: given, options: options,
		idle: make(chan struct{}, 1), ended: make(chan error, 4), data: map[string]any{},
	}
	p.generation.Store(given.Generation)
	return p
}

// serve answers calls until the process has to end; nil after a shutdown.
func (p *process) serve(exports *exports) error {
	p.exports = exports
	lane := os.NewFile(handshake.SessionDescriptor, "session")
	p.session = session.New(lane, session.Options{
		Resolve: p.resolve, Segments: p.given.SharedMemory, OwnSegments: "p",
	})
	current.Store(p)
	if err := handshake.Write(p.host, handshake.FromProcess{Ready: &struct{}{}}); err != nil {
		endUnheard()
	}
	go p.watchHost()
	go p.readSession()
	return <-p.ended
}

// watchHost ends the process with its host: whatever came on descriptor 3, its end says that the host is dead.
func (p *process) watchHost() {
	_, _ = io.Copy(io.Discard, p.lines)
	time.AfterFunc(orphanGrace, func() { os.Exit(0) })
	if !p.draining.Swap(true) {
		p.wind(orphanGrace, orphanGrace/2)
		os.Exit(0)
	}
}

func (p *process) readSession() {
	err := p.session.Serve()
	var broken *values.FrameworkError
	switch {
	case p.draining.Load():
	case errors.As(err, &broken):
		p.ended <- &exitError{exitProtocol, broken.Error()}
	default:
		// The lane is closed and the host may be dead, which descriptor 3 tells; otherwise it has given this process up.
		time.AfterFunc(2*orphanGrace, func() { p.ended <- errors.New("the host has closed the session") })
	}
}

// resolve implements session.Options.
func (p *process) resolve(module, method string) (callee session.Callee, inOrder bool) {
	if module == hostModule {
		// A call that came after setData finds what was set.
		return p.hostMethod(method), method == "setData" || method == "takeOver" || method == "mayHandOn" || method == "shutdown"
	}
	callee, err := p.exports.find(module, method)
	if err != nil {
		callee = func(call *session.Incoming) { call.Fail(err) }
	}
	return p.counted(callee), true
}

// counted keeps the books of a call: what runs, what was done, and what is refused since the process drains. It is called in
// order and starts the callee's goroutine itself: a status or a shutdown that came after a call finds it counted.
func (p *process) counted(callee session.Callee) session.Callee {
	return func(call *session.Incoming) {
		p.running.Add(1)
		if p.draining.Load() {
			p.running.Add(-1)
			refusal := values.Errorf("STOPPED", "STOPPED: the process is shutting down")
			// Unlike what running calls are told: whoever made the call may make it elsewhere.
			refusal.Facts = map[string]any{"attempts": 0}
			call.Fail(refusal)
			return
		}
		go func() {
			defer p.settled(call)
			callee(call)
		}()
	}
}

func (p *process) settled(call *session.Incoming) {
	if call.Failed() {
		p.failed.Add(1)
	} else {
		p.done.Add(1)
	}
	if p.running.Add(-1) == 0 && p.draining.Load() {
		select {
		case p.idle <- struct{}{}:
		default:
		}
	}
}

// shutdown refuses new calls from now on, once, and returns how many run. They have grace to finish from when goOn is called,
// which whoever was asked does after the answer.
func (p *process) shutdown(reason string, grace, stopAfter time.Duration) (running int, goOn func()) {
	running = int(p.running.Load())
	if p.draining.Swap(true) {
		return running, func() {}
	}
	_ = handshake.Write(p.host, handshake.FromProcess{Stopping: &handshake.Stopping{Reason: reason}})
	return running, func() { go p.stop(grace, stopAfter) }
}

func (p *process) stop(grace, stopAfter time.Duration) {
	p.wind(grace, stopAfter)
	p.session.Flush()
	p.ended <- nil
}

// wind waits for the calls, and stops what the program has. Calls that do not end by themselves may need just that to end.
func (p *process) wind(grace, stopAfter time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if p.options.OnStop != nil {
		calls, enough := context.WithTimeout(ctx, stopAfter)
		defer enough()
		p.drain(calls)
		p.options.OnStop(ctx)
	}
	p.drain(ctx)
}

// drain waits for running calls and their streams.
func (p *process) drain(ctx context.Context) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for p.running.Load() > 0 || p.session.StreamsOpen() > 0 {
		select {
		case <-p.idle:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
