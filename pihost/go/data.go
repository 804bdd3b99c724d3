package pihost

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"

	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// current is the process that Run serves.
var current atomic.Pointer[process]

var errNotServing = errors.New("pihost: Serve has not begun, so that there is no host to keep data")

// SetData stores a value that this process and those that follow it can read. The host keeps it.
func SetData(ctx context.Context, name string, value any) error {
	p := current.Load()
	if p == nil {
		return errNotServing
	}
	return p.tellData(ctx, name, value)
}

// GetData reads a value that the host or a process of this isolate has stored into a variable; found is false where there is
// none, and the variable is as it was.
func GetData(name string, into any) (found bool, err error) {
	p := current.Load()
	if p == nil {
		return false, errNotServing
	}
	value := p.getData(name)
	if _, isNothing := value.(values.Undefined); isNothing {
		return false, nil
	}
	pointer := reflect.ValueOf(into)
	if pointer.Kind() != reflect.Pointer || pointer.IsNil() {
		return false, errors.New("pihost: GetData needs a pointer to a variable")
	}
	return true, values.Assign(pointer.Elem(), value)
}

// tellData has the host keep a value. Before it answers, the host stores it here by setData of pihost:.
func (p *process) tellData(ctx context.Context, name string, value any) error {
	_, err := p.session.Call(ctx, hostModule, "setData", name, value)
	return err
}
