package pihost

import (
	"context"
	"errors"
	"maps"

	"github.com/process-isolation/process-isolation/pihost/go/session"
	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// frontDoor is what a process asks for to reach gRPC services; no isolate can have such a name.
const frontDoor = "kernel:front-door"

var errNothingToUse = errors.New("pihost: Serve has not begun, so that there is no host whose isolates could be used")

// Used is another isolate of a kernel, or functions of the host. It is safe for use by several goroutines.
type Used struct {
	target       string
	isIdempotent bool
	trace        map[string]string
}

// Use is what the kernel lets this process use: another isolate by its name, or functions of the host ("host", "host.log").
// It calls nothing, and so may initialize a variable of a package. Calls fail with a *values.FrameworkError: NOT_GRANTED where
// the manifest does not grant the target, or not that export.
//
//	var store = pihost.Use("store")
//
//	func title(ctx context.Context, key string) (title string, err error) {
//		err = store.CallInto(ctx, &title, "get", key)
//		return title, err
//	}
//
// The context of the call that runs hands on its deadline, its cancel and its trace. context.WithTimeout gives a call less time.
func Use(target string) *Used { return &Used{target: target} }

// Idempotent is the same, with calls that may run again when what they call dies while they run.
func (u *Used) Idempotent() *Used {
	return &Used{target: u.target, isIdempotent: true, trace: u.trace}
}

// WithTrace is the same, with this trace context in the place of that of the call that runs.
func (u *Used) WithTrace(trace map[string]string) *Used {
	copied := maps.Clone(trace)
	if copied == nil {
		copied = map[string]string{}
	}
	return &Used{target: u.target, isIdempotent: u.isIdempotent, trace: copied}
}

// Call calls the export at a path, such as "get" or "nested.deep.add", and waits for the answer. Functions, channels and
// iterators among the arguments are lent. When the context ends first, the callee is told, and the error is the context's cause.
func (u *Used) Call(ctx context.Context, path string, args ...any) (any, error) {
	return u.call(ctx, nil, path, args)
}

// CallInto is Call, with a pointer to a variable of any type that takes the result.
func (u *Used) CallInto(ctx context.Context, into any, path string, args ...any) error {
	_, err := u.call(ctx, into, path, args)
	return err
}

// Member is the function at a path.
func (u *Used) Member(path string) *Member { return &Member{used: u, path: path} }

// Loan implements values.Lendable: only single members are lent.
func (u *Used) Loan() (function any, err error) {
	if err := u.notLent(); err != nil {
		return nil, err
	}
	return nil, values.Errorf("NOT_SERIALIZABLE", "NOT_SERIALIZABLE: %s cannot be lent as a whole; lend a Member of it", u.target)
}

// Member is a function of another process, which an argument may hand on where the grant allows it.
type Member struct {
	used *Used
	path string
}

// Call is Used.Call of this member.
func (m *Member) Call(ctx context.Context, args ...any) (any, error) {
	return m.used.call(ctx, nil, m.path, args)
}

// CallInto is Used.CallInto of this member.
func (m *Member) CallInto(ctx context.Context, into any, args ...any) error {
	_, err := m.used.call(ctx, into, m.path, args)
	return err
}

// Loan implements values.Lendable. It fails with NOT_GRANTED where the grant does not say that it may be handed on.
func (m *Member) Loan() (function any, err error) {
	if err := m.used.notLent(); err != nil {
		return nil, err
	}
	return m.Call, nil
}

// FrontDoorAccess is how a gRPC client in an isolate reaches the services that the isolate was granted.
type FrontDoorAccess struct {
	// Address is for any gRPC client: unix:PATH.
	Address string `json:"address"`
	// Authorization is the value of the metadata "authorization", which every request needs.
	Authorization string `json:"authorization"`
}

// FrontDoor asks the kernel how the gRPC services that this isolate was granted are reached. It fails with NOT_GRANTED where
// there are none.
func FrontDoor(ctx context.Context) (access FrontDoorAccess, err error) {
	err = Use(frontDoor).CallInto(ctx, &access, "access")
	return access, err
}

func (u *Used) call(ctx context.Context, into any, path string, args []any) (any, error) {
	p := current.Load()
	if p == nil {
		return nil, errNothingToUse
	}
	module, trace := "use:"+u.target, u.trace
	if u.isIdempotent {
		module = "use-idempotent:" + u.target
	}
	if trace == nil {
		trace = session.TraceOf(ctx)
	}
	return p.session.CallTraced(ctx, trace, into, module, path, args...)
}

func (u *Used) notLent() error {
	if p := current.Load(); p != nil && p.mayBeLent(u.target) {
		return nil
	}
	return values.Errorf("NOT_GRANTED", "NOT_GRANTED: what was granted of %s may not be handed on to another process: "+
		`the manifest allows that by "handOn: true" at the grant`, u.target)
}

// mayHandOn is told by the host: of what it lets the process use, it may lend these to others.
func (p *process) mayHandOn(targets []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.handedOn = map[string]bool{}
	for _, target := range targets {
		p.handedOn[target] = true
	}
}

func (p *process) mayBeLent(target string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.handedOn[target]
}
