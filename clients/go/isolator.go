package isolate

import (
	"context"
	"sync"
	"time"
)

// Isolator keeps one isolated process running. Its methods may be called from any goroutine.
type Isolator struct {
	options Options
	// stopped ends the supervision.
	stopped context.Context
	stop    context.CancelFunc
	over    chan struct{}

	mu       sync.Mutex
	current  *generation
	changed  chan struct{}
	down     error
	stopping bool
	number   int
	restarts int
	last     Exit
	data     map[string]any
}

// Start starts a process, and returns once it takes calls. The context bounds the start alone.
func Start(ctx context.Context, options Options) (*Isolator, error) {
	options, err := options.resolve()
	if err != nil {
		return nil, err
	}
	stopped, stop := context.WithCancel(context.Background())
	iso := &Isolator{
		options: options, stopped: stopped, stop: stop, over: make(chan struct{}),
		changed: make(chan struct{}), data: map[string]any{},
	}
	g, err := iso.startGeneration(ctx)
	if err != nil {
		stop()
		return nil, err
	}
	iso.adopt(g)
	go iso.supervise(g)
	return iso, nil
}

// Generation is 1 for the first process, one more after each restart.
func (iso *Isolator) Generation() int {
	iso.mu.Lock()
	defer iso.mu.Unlock()
	return iso.number
}

// PID is the process id of the present process, or 0.
func (iso *Isolator) PID() int {
	iso.mu.Lock()
	defer iso.mu.Unlock()
	if iso.current == nil {
		return 0
	}
	return iso.current.command.Process.Pid
}

// Runtime is what runs, as the process says it: "node v24.1.0".
func (iso *Isolator) Runtime() string {
	iso.mu.Lock()
	defer iso.mu.Unlock()
	if iso.current == nil {
		return ""
	}
	return iso.current.hello.Runtime
}

// Done is closed when no further process follows.
func (iso *Isolator) Done() <-chan struct{} { return iso.over }

// Err says why no further process follows: nil before, and after a shutdown ErrStopped.
func (iso *Isolator) Err() error {
	iso.mu.Lock()
	defer iso.mu.Unlock()
	return iso.down
}

// ready waits for a process that takes calls.
func (iso *Isolator) ready(ctx context.Context) (*generation, error) {
	for {
		iso.mu.Lock()
		g, down, changed, stopping := iso.current, iso.down, iso.changed, iso.stopping
		iso.mu.Unlock()
		if down != nil {
			return nil, down
		}
		if stopping {
			return nil, failure("STOPPED", nil, nil, "%s is shutting down", iso.options.Name)
		}
		if g != nil && g.isUsable() {
			return g, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ended(ctx)
		}
	}
}

// change makes whoever waits look again; mu is held.
func (iso *Isolator) change() {
	close(iso.changed)
	iso.changed = make(chan struct{})
}

func (iso *Isolator) adopt(g *generation) {
	iso.mu.Lock()
	defer iso.mu.Unlock()
	iso.current = g
	if iso.stopping {
		// Shutdown came as it became ready, and has asked nobody.
		g.kill()
	}
	iso.change()
}

// startGeneration starts the next process, and gives it the data that the host keeps.
func (iso *Isolator) startGeneration(ctx context.Context) (*generation, error) {
	iso.mu.Lock()
	iso.number++
	number := iso.number
	iso.mu.Unlock()
	g, err := spawn(ctx, iso.options, number, iso.serve)
	if err != nil {
		return nil, err
	}
	for name, value := range iso.dataNow() {
		if _, err := g.session.Call(ctx, hostModule, "setData", name, value); err != nil {
			g.kill()
			<-g.exited
			return nil, failure("START_FAILED", err, g.exit.facts(iso.options.Name), "the data could not be stored in %s: %v", iso.options.Name, err)
		}
	}
	return g, nil
}

// supervise sees processes end, and starts the next ones, until no more follow.
func (iso *Isolator) supervise(g *generation) {
	defer close(iso.over)
	defer iso.stop()
	var restarts []time.Time
	for g != nil {
		<-g.exited
		exit, again := iso.lose(g)
		if iso.options.OnExit != nil {
			iso.options.OnExit(exit)
		}
		if !again {
			return
		}
		g, restarts = iso.restart(g, restarts)
	}
}

// lose takes a process that ended out of use. It tells how that ended, and whether another follows.
func (iso *Isolator) lose(g *generation) (exit Exit, again bool) {
	iso.mu.Lock()
	defer iso.mu.Unlock()
	iso.current = nil
	exit = g.exit
	select {
	case <-g.stopping:
		exit.Requested = true
	default:
		exit.Requested = iso.stopping
	}
	iso.last = exit
	switch {
	case exit.Requested:
		iso.down = failure("STOPPED", nil, exit.facts(iso.options.Name), "%s was shut down", iso.options.Name)
	case iso.options.Restart.Off:
		iso.down = failure("STOPPED", nil, exit.facts(iso.options.Name), "%s %s, and restarting is off", iso.options.Name, exit)
	}
	iso.change()
	return exit, iso.down == nil
}

// restart starts the next process, as often as the budget allows. It returns nil when that is spent.
func (iso *Isolator) restart(g *generation, before []time.Time) (*generation, []time.Time) {
	policy := iso.options.Restart
	wait := time.Duration(0)
	if !g.answered.Load() {
		wait = policy.Initial
	}
	for {
		now := time.Now()
		for len(before) > 0 && now.Sub(before[0]) > policy.Within {
			before = before[1:]
		}
		if len(before) >= policy.Max {
			iso.fail(failure("RESTARTS_EXHAUSTED", nil, g.exit.facts(iso.options.Name), "%s was restarted %d times within %v", iso.options.Name, policy.Max, policy.Within))
			return nil, before
		}
		before = append(before, now)
		select {
		case <-time.After(wait):
		case <-iso.stopped.Done():
			iso.fail(failure("STOPPED", nil, nil, "%s was shut down", iso.options.Name))
			return nil, before
		}
		next, err := iso.startGeneration(iso.stopped)
		if err == nil {
			iso.adopt(next)
			return next, before
		}
		wait = min(max(wait*2, policy.Initial), policy.Longest)
	}
}

func (iso *Isolator) fail(err error) {
	iso.mu.Lock()
	defer iso.mu.Unlock()
	iso.down = err
	iso.change()
}
