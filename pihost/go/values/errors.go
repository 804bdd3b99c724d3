package values

import (
	"errors"
	"fmt"
	"strings"
)

// Error is what the code on the other side threw.
type Error struct {
	// Class is the name of its class: "TypeError", "MyError".
	Class string
	// Base is the nearest class that JavaScript itself has.
	Base    string
	Message string
	// Stack is the stack on the other side, in V8's form.
	Stack string
	// Code is its property `code`: a string, a float64, or nil.
	Code any
	// Cause is its cause: an error that came as an *Error or *FrameworkError, or any other value, or nil.
	Cause any
	// Members are those of an AggregateError.
	Members []any
	// Fields are its other properties.
	Fields map[string]any
}

// Error is `class: message`, as JavaScript prints it.
func (e *Error) Error() string {
	if e.Message == "" {
		return e.Class
	}
	return e.Class + ": " + e.Message
}

// Unwrap gives the cause and the members to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	var inner []error
	for _, each := range append([]any{e.Cause}, e.Members...) {
		if err, isError := each.(error); isError {
			inner = append(inner, err)
		}
	}
	return inner
}

// FrameworkError is what the framework itself has to say.
type FrameworkError struct {
	// Code is one of the codes of docs/errors.md. A code that this version does not know arrives as it is.
	Code    string
	Message string
	Stack   string
	Cause   any
	// Facts are what was known: exitCode, signal, generation and so on.
	Facts map[string]any
}

// Error is the message with its code in front.
func (e *FrameworkError) Error() string {
	if strings.HasPrefix(e.Message, e.Code) {
		return e.Message
	}
	return e.Code + ": " + e.Message
}

// Unwrap gives the cause, where that is an error.
func (e *FrameworkError) Unwrap() error {
	err, _ := e.Cause.(error)
	return err
}

// Is says that an error of the same code, and without a message, stands for all of that code.
func (e *FrameworkError) Is(target error) bool {
	other, same := target.(*FrameworkError)
	return same && other.Code == e.Code && other.Message == ""
}

// Errorf makes a FrameworkError.
func Errorf(code, format string, args ...any) *FrameworkError {
	return &FrameworkError{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Thrown is a value that was thrown and is no error.
type Thrown struct{ Value any }

// Error shows the value.
func (t *Thrown) Error() string { return fmt.Sprintf("thrown: %v", t.Value) }

// AsError makes an error of what arrived as one.
func AsError(value any) error {
	if err, isError := value.(error); isError {
		return err
	}
	return &Thrown{Value: value}
}

// IsCode tells whether an error, or one that it wraps, is a FrameworkError of this code.
func IsCode(err error, code string) bool {
	return errors.Is(err, &FrameworkError{Code: code})
}
