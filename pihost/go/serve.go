// Package pihost makes a Go program an isolated process: its functions are called by a host that process-isolation
// supervises.
//
//	func main() {
//		pihost.Serve(pihost.Functions{
//			"add": func(a, b int) int { return a + b },
//		})
//	}
//
// The host starts the program, for instance by isolate("./stats", { runtime: { command: ["./stats"] } }) in TypeScript, or by
// package isolate in Go. The package needs nothing but the standard library.
package pihost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// Version is that of the package.
const Version = "0.1.0"

// Functions are what can be called, by export path: "add", "math.add". What a function may look like is told at
// session.NewCallee: the first parameter may be a context.Context, which ends when the caller gives up; channels and iterators
// that are returned become streams; func parameters are functions of the caller.
type Functions map[string]any

// Options are what a program may say beside its functions. The zero value is right for most.
type Options struct {
	// Modules are functions under the names of modules. Without them, Functions are found under every name.
	Modules map[string]Functions
	// OnStop runs when the process ends in order, once the running calls have ended, and before the exit. Calls that do not
	// end by themselves get it after half of the grace, since it may be what ends them. Its context ends with the grace. When
	// the host has died, there are 150 ms for it.
	OnStop func(ctx context.Context)
}

// Exit codes of a pihost, beside 0 after a shutdown in order.
const (
	exitUsage    = 64
	exitProtocol = 76
)

// Serve answers calls until the host ends the process, and does not return: it exits with the code that the protocol asks for.
// A program that was not started by a host says so on stderr, and exits with code 64.
func Serve(functions Functions) { ServeWith(functions, Options{}) }

// ServeWith is Serve with options.
func ServeWith(functions Functions, options Options) {
	err := Run(functions, options)
	if err == nil {
		os.Exit(0)
	}
	fmt.Fprintf(os.Stderr, "pihost: %v\n", err)
	var failure *exitError
	if errors.As(err, &failure) {
		os.Exit(failure.code)
	}
	os.Exit(1)
}

// Run is ServeWith for a program that ends itself: it returns nil after a shutdown in order, and why not otherwise.
func Run(functions Functions, options Options) error {
	exports, err := newExports(functions, options.Modules)
	if err != nil {
		return err
	}
	process, err := shakeHands(options)
	if err != nil {
		return err
	}
	return process.serve(exports)
}

// exitError is a failure that has an exit code of its own.
type exitError struct {
	code int
	why  string
}

func (e *exitError) Error() string { return e.why }

// started is when this process began, as near as it can know.
var started = time.Now()
