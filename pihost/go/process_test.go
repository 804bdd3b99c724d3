package pihost

import (
	"context"
	"net"
	"testing"

	"github.com/process-isolation/process-isolation/pihost/go/session"
)

func TestACallIsCountedBeforeAnythingThatCameLaterIsRead(t *testing.T) {
	release := make(chan struct{})
	p := &process{data: map[string]any{}}
	var err error
	p.exports, err = newExports(Functions{"hold": func(context.Context) error { <-release; return nil }}, nil)
	if err != nil {
		t.Fatal(err)
	}
	theirs, ours := net.Pipe()
	counted := make(chan int64, 2)
	host := session.New(theirs, session.Options{})
	p.session = session.New(ours, session.Options{Resolve: func(module, method string) (session.Callee, bool) {
		callee, inOrder := p.resolve(module, method)
		if !inOrder {
			counted <- -1
		}
		return func(call *session.Incoming) {
			callee(call)
			counted <- p.running.Load()
		}, inOrder
	}})
	ended := make(chan struct{}, 2)
	for _, each := range []*session.Session{host, p.session} {
		go func() { _ = each.Serve(); ended <- struct{}{} }()
	}
	t.Cleanup(func() { host.Close(); p.session.Close(); <-ended; <-ended })

	answered := make(chan error, 1)
	go func() { _, err := host.Call(t.Context(), "", "hold"); answered <- err }()
	if running := <-counted; running != 1 {
		t.Errorf("%d calls are counted as running when the next frame may be read; want 1", running)
	}
	close(release)
	if err := <-answered; err != nil {
		t.Error(err)
	}
}
