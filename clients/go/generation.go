package isolate

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/process-isolation/process-isolation/pihost/go/handshake"
	"github.com/process-isolation/process-isolation/pihost/go/session"
)

const (
	hostVersion = "0.1.0"
	maxPayload  = 1 << 30
	// pipeDelay is how long a pipe that a descendant holds open is read after the end of the process.
	pipeDelay = 250 * time.Millisecond
)

// wanted are the features that this host uses of those that a hello names.
var wanted = []string{"session", "payloads", "streams", "references", "signals", "cancel", "data", "exports", "status"}

// generation is one process of an isolator.
type generation struct {
	number   int
	command  *exec.Cmd
	host     *os.File
	lane     *os.File
	hello    handshake.Hello
	session  *session.Session
	tail     *tail
	exited   chan struct{}
	exit     Exit
	stopping chan struct{}
	talk     chan error
	// answered: a call was answered, so that a crash is no sign that the next process will fail as well.
	answered atomic.Bool
}

// isUsable tells whether calls can be sent. After the end of the Session it takes a moment until the process is lost.
func (g *generation) isUsable() bool {
	select {
	case <-g.session.Done():
		return false
	default:
		return true
	}
}

// spawn starts a process, shakes hands, and opens the Session.
func spawn(ctx context.Context, options Options, number int, serve func(module, method string) (session.Callee, bool)) (*generation, error) {
	g := &generation{
		number: number, tail: newTail(options.Stderr),
		exited: make(chan struct{}), stopping: make(chan struct{}), talk: make(chan error, 1),
	}
	if err := g.start(options); err != nil {
		return nil, failure("START_FAILED", err, nil, "%s cannot be started: %v", options.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, options.StartTimeout)
	defer cancel()
	go g.converse(options)
	var err error
	select {
	case err = <-g.talk:
	case <-ctx.Done():
		err = failure("START_TIMEOUT", context.Cause(ctx), nil, "%s was not ready within %v", options.Name, options.StartTimeout)
	}
	if err != nil {
		g.kill()
		<-g.exited
		return nil, g.startError(err, options.Name)
	}
	g.session = session.New(g.lane, session.Options{Resolve: serve})
	go func() {
		_ = g.session.Serve()
		// Without a Session the process is of no use, unless it is about to end by itself.
		select {
		case <-g.exited:
		case <-time.After(200 * time.Millisecond):
			g.kill()
		}
	}()
	return g, nil
}

func (g *generation) startError(err error, name string) error {
	var framework *Error
	if errors.As(err, &framework) {
		if framework.Facts == nil {
			framework.Facts = g.exit.facts(name)
		}
		return framework
	}
	return failure("START_FAILED", err, g.exit.facts(name), "%s %s before it was ready: %v", name, g.exit, err)
}

func (g *generation) start(options Options) error {
	host, theirHost, err := socketPair()
	if err != nil {
		return err
	}
	lane, theirLane, err := socketPair()
	if err != nil {
		_, _ = host.Close(), theirHost.Close()
		return err
	}
	defer theirHost.Close()
	defer theirLane.Close()
	g.host, g.lane = host, lane
	arguments := append(slices.Clone(options.Command[1:]), options.Name)
	g.command = exec.Command(options.Command[0], arguments...)
	g.command.Dir, g.command.Env = options.Dir, options.Env
	g.command.Stdout, g.command.Stderr = options.Stdout, g.tail
	g.command.ExtraFiles = []*os.File{theirHost, theirLane}
	g.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	g.command.WaitDelay = pipeDelay
	if err := g.command.Start(); err != nil {
		_, _ = host.Close(), lane.Close()
		return err
	}
	go g.await()
	return nil
}

// await sees the process end, and ends whatever it left in its group.
func (g *generation) await() {
	_ = g.command.Wait()
	g.kill()
	status, _ := g.command.ProcessState.Sys().(syscall.WaitStatus)
	g.exit = Exit{Generation: g.number, PID: g.command.Process.Pid, Code: g.command.ProcessState.ExitCode(), StderrTail: g.tail.String()}
	if status.Signaled() {
		g.exit.Signal = signalName(status.Signal())
	}
	_, _ = g.host.Close(), g.lane.Close()
	close(g.exited)
}

// kill ends the process and its group, now.
func (g *generation) kill() { _ = syscall.Kill(-g.command.Process.Pid, syscall.SIGKILL) }

// converse reads what the process says on descriptor 3. Its first report on talk is whether the start went well.
func (g *generation) converse(options Options) {
	lines := bufio.NewReader(io.LimitReader(g.host, 64<<10))
	isReady := false
	for {
		var line handshake.FromProcess
		err := handshake.Read(lines, &line)
		switch {
		case errors.Is(err, handshake.ErrLine):
			continue
		case err != nil:
			if !isReady {
				g.talk <- fmt.Errorf("descriptor 3 ended: %w", err)
			}
			return
		case line.Hello != nil:
			if err := g.greet(options, line.Hello); err != nil {
				g.talk <- err
				return
			}
		case line.Ready != nil && !isReady:
			isReady = true
			g.talk <- nil
		case line.Stopping != nil:
			select {
			case <-g.stopping:
			default:
				close(g.stopping)
			}
		}
	}
}

// greet answers the hello with go.
func (g *generation) greet(options Options, hello *handshake.Hello) error {
	oldest := hello.OldestProtocol
	if oldest == 0 {
		oldest = hello.Protocol
	}
	if oldest > handshake.Protocol || hello.Protocol < handshake.Protocol {
		return failure("PROTOCOL", nil, nil, "%s speaks versions %d to %d of the protocol, this host %d", options.Name, oldest, hello.Protocol, handshake.Protocol)
	}
	if !hello.SessionOnDescriptor {
		return failure("PROTOCOL", nil, nil, "%s (%s) does not speak Session on descriptor 4, and this host speaks nothing else", options.Name, hello.Runtime)
	}
	g.hello = *hello
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	answer := handshake.Go{
		Protocol: handshake.Protocol, Token: hex.EncodeToString(secret), Isolate: options.Name, Generation: uint32(g.number),
		From: options.From, SessionOnDescriptor: true, HostVersion: hostVersion, MaxPayload: maxPayload,
	}
	for _, feature := range hello.Features {
		if slices.Contains(wanted, feature) {
			answer.Features = append(answer.Features, feature)
		}
	}
	return handshake.Write(g.host, handshake.FromHost{Go: &answer})
}

// socketPair makes the two ends of a descriptor: ours, and the one for the process.
func socketPair() (ours, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(pair[0])
		syscall.CloseOnExec(pair[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, err
	}
	if err := syscall.SetNonblock(pair[0], true); err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(pair[0]), "host"), os.NewFile(uintptr(pair[1]), "process"), nil
}
