package session

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// PanicError is a panic of a function, and where it was.
type PanicError struct {
	Value any
	stack string
}

// Error is the text of what was panicked with.
func (p *PanicError) Error() string {
	if err, isError := p.Value.(error); isError {
		return err.Error()
	}
	return fmt.Sprint(p.Value)
}

// Stack has one line for each frame, in V8's form.
func (p *PanicError) Stack() string { return p.stack }

// Unwrap gives the error that was panicked with, if it was one.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Carried is the error itself, whose type's name and fields the other side sees.
func (p *PanicError) Carried() error {
	if err := p.Unwrap(); err != nil {
		if _, isRuntime := err.(runtime.Error); !isRuntime {
			return err
		}
	}
	return nil
}

// Panicked makes an error of what recover returned, with the stack of the panic. It is called in the deferred function.
func Panicked(value any) error {
	if thrown, isThrown := value.(*values.Thrown); isThrown {
		return thrown
	}
	return &PanicError{Value: value, stack: stackOf(3)}
}

const maxFrames = 200

// ownPackage begins the names of this library's functions. From there on a stack says nothing to its readers.
const ownPackage = "github.com/process-isolation/process-isolation/pihost/go/session."

// stackOf describes the frames of this goroutine, without those of the panic itself, and without those that lead to the call.
func stackOf(skip int) string {
	callers := make([]uintptr, maxFrames)
	callers = callers[:runtime.Callers(skip, callers)]
	frames := runtime.CallersFrames(callers)
	var lines []string
	for {
		frame, more := frames.Next()
		if len(lines) > 0 && (strings.HasPrefix(frame.Function, ownPackage) || frame.Function == "reflect.Value.call") {
			return strings.Join(lines, "\n")
		}
		if strings.HasPrefix(frame.Function, "runtime.") {
			lines = lines[:0]
		} else {
			lines = append(lines, fmt.Sprintf("    at %s (%s:%d)", frame.Function, frame.File, frame.Line))
		}
		if !more {
			return strings.Join(lines, "\n")
		}
	}
}
