package pihost

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"github.com/process-isolation/process-isolation/pihost/go/handshake"
	"github.com/process-isolation/process-isolation/pihost/go/values"
)

var features = []string{
	"session", "payloads", "streams", "references", "signals", "shared-memory", "cancel", "data", "exports", "standby", "status",
	"use",
}

// shakeHands says hello and waits for go. Nothing of the program's is called before.
func shakeHands(options Options) (*process, error) {
	if !isSocket(handshake.Descriptor) || !isSocket(handshake.SessionDescriptor) {
		return nil, &exitError{exitUsage, "this program serves its functions to a host, which starts it with descriptors 3 and 4: " +
			`isolate("module", { runtime: { command: ["` + os.Args[0] + `"] } }) of process-isolation does`}
	}
	host := os.NewFile(handshake.Descriptor, "handshake")
	hello := handshake.Hello{
		Protocol: handshake.Protocol, OldestProtocol: handshake.Protocol, PID: os.Getpid(),
		Runtime: "go " + runtime.Version(), Version: Version, SessionOnDescriptor: true, SharedMemory: true,
		Features: features, Values: values.Kinds,
	}
	if err := handshake.Write(host, handshake.FromProcess{Hello: &hello}); err != nil {
		endUnheard()
	}
	lines := bufio.NewReader(host)
	var line handshake.FromHost
	if err := handshake.Read(lines, &line); err != nil && !errors.Is(err, handshake.ErrLine) {
		endUnheard()
	}
	if line.Go == nil {
		return nil, &exitError{exitProtocol, "the host broke the handshake: it must answer hello with go"}
	}
	if line.Go.Protocol != handshake.Protocol {
		return nil, &exitError{exitProtocol, fmt.Sprintf("the host speaks protocol version %d, this pihost %d", line.Go.Protocol, handshake.Protocol)}
	}
	if !line.Go.SessionOnDescriptor {
		return nil, &exitError{exitProtocol, "the host has handed over no descriptor 4, and this pihost speaks Session nowhere else"}
	}
	closeStrays(line.Go.StrayDescriptors)
	return newProcess(host, lines, line.Go, options), nil
}

// endUnheard ends the process whose host died before go: no guard knows of it.
func endUnheard() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// isSocket tells an inherited descriptor from one that Go's runtime has opened for itself, and keeps it from children.
func isSocket(descriptor int) bool {
	var facts syscall.Stat_t
	if syscall.Fstat(descriptor, &facts) != nil || facts.Mode&syscall.S_IFMT != syscall.S_IFSOCK {
		return false
	}
	syscall.CloseOnExec(descriptor)
	return syscall.SetNonblock(descriptor, true) == nil
}

func closeStrays(strays []handshake.StrayDescriptor) {
	for _, stray := range strays {
		var facts syscall.Stat_t
		if syscall.Fstat(int(stray.Number), &facts) == nil && fmt.Sprintf("%d:%d", facts.Dev, facts.Ino) == stray.File {
			_ = syscall.Close(int(stray.Number))
		}
	}
}
