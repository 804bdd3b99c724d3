package isolate

import (
	"context"
	"errors"
	"fmt"

	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// Error is what the framework has to say: its Code is one of docs/errors.md. Find it with errors.As.
type Error = values.FrameworkError

// RemoteError is what the isolated code threw, with its class, stack, code, cause and fields. Find it with errors.As.
type RemoteError = values.Error

// Thrown is a value that the isolated code threw and that is no error.
type Thrown = values.Thrown

// The errors of the framework that a program may want to tell apart: errors.Is(err, isolate.ErrCrashed).
var (
	ErrCrashed           = &Error{Code: "CRASHED"}
	ErrDeadlineExceeded  = &Error{Code: "DEADLINE_EXCEEDED"}
	ErrCancelled         = &Error{Code: "CANCELLED"}
	ErrStopped           = &Error{Code: "STOPPED"}
	ErrRestartsExhausted = &Error{Code: "RESTARTS_EXHAUSTED"}
	ErrStartFailed       = &Error{Code: "START_FAILED"}
	ErrStartTimeout      = &Error{Code: "START_TIMEOUT"}
	ErrMethodNotFound    = &Error{Code: "METHOD_NOT_FOUND"}
	ErrModuleNotFound    = &Error{Code: "MODULE_NOT_FOUND"}
	ErrNotSerializable   = &Error{Code: "NOT_SERIALIZABLE"}
	ErrProtocol          = &Error{Code: "PROTOCOL"}
	ErrInvalidOption     = &Error{Code: "INVALID_OPTION"}
)

func invalid(format string, args ...any) error {
	return failure("INVALID_OPTION", nil, nil, format, args...)
}

func failure(code string, cause error, facts map[string]any, format string, args ...any) *Error {
	err := &Error{Code: code, Message: code + ": " + fmt.Sprintf(format, args...), Facts: facts}
	if cause != nil {
		err.Cause = cause
	}
	return err
}

// ended turns the end of a call's context into the framework's error, which still is what the context said.
func ended(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return failure("DEADLINE_EXCEEDED", cause, nil, "the call did not settle before the deadline of its context")
	}
	return failure("CANCELLED", cause, nil, "the context of the call was cancelled")
}

func (e Exit) facts(name string) map[string]any {
	facts := map[string]any{"isolate": name, "generation": e.Generation, "pid": e.PID, "stderrTail": e.StderrTail}
	if e.Signal != "" {
		facts["signal"] = e.Signal
	} else {
		facts["exitCode"] = e.Code
	}
	return facts
}

func (e Exit) String() string {
	if e.Signal != "" {
		return "was ended by " + e.Signal
	}
	return fmt.Sprintf("exited with code %d", e.Code)
}
