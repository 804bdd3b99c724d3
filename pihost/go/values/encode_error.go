package values

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Stacked is an error that knows the stack of where it was made, in V8's form: lines that begin with "    at ".
type Stacked interface {
	error
	Stack() string
}

// errorParts are what the format says of an error.
type errorParts struct {
	class, base, framework, message, stack string
	code, cause                            any
	members                                []error
	fields                                 map[string]any
}

func (e *encoder) error(err error) error {
	if thrown, isThrown := err.(*Thrown); isThrown {
		return e.encode(reflect.ValueOf(thrown.Value))
	}
	if !e.isPayload {
		return errNotPlain
	}
	if value := reflect.ValueOf(err); value.Kind() == reflect.Pointer && e.again(value) {
		return nil
	}
	if err := e.begin(); err != nil {
		return err
	}
	parts := partsOf(err)
	e.text = append(e.text, `["$e",{"class":`...)
	e.text = appendText(e.text, parts.class)
	for _, part := range [][2]string{
		{"base", parts.base}, {"framework", parts.framework}, {"message", parts.message}, {"stack", parts.stack},
	} {
		e.text = append(append(append(e.text, `,"`...), part[0]...), `":`...)
		e.text = appendText(e.text, part[1])
	}
	if err := e.errorContents(parts); err != nil {
		return err
	}
	e.depth--
	return nil
}

func (e *encoder) errorContents(parts errorParts) error {
	switch code := parts.code.(type) {
	case string:
		e.text = appendText(append(e.text, `,"code":`...), code)
	case float64:
		if text, ok := appendFloat(append(e.text, `,"code":`...), code); ok {
			e.text = text
		}
	}
	if parts.cause != nil {
		e.text = append(e.text, `,"cause":`...)
		if err := e.within(parts.cause); err != nil {
			return err
		}
	}
	if len(parts.members) > 0 {
		e.text = append(e.text, `,"members":[`...)
		for index, member := range parts.members {
			if index > 0 {
				e.text = append(e.text, ',')
			}
			if err := e.within(member); err != nil {
				return err
			}
		}
		e.text = append(e.text, ']')
	}
	e.text = append(e.text, "},{"...)
	hasOthers := false
	for name, value := range parts.fields {
		before, count := len(e.text), e.count
		if err := e.field(hasOthers, name, reflect.ValueOf(value)); err != nil {
			// What cannot be copied is left out of an error.
			e.text, e.count = e.text[:before], count
			continue
		}
		hasOthers = true
	}
	e.text = append(e.text, "}]"...)
	return nil
}

// within encodes what an error contains. Nothing is lent there: what cannot be copied is shown as text.
func (e *encoder) within(value any) error {
	sender := e.sender
	e.sender = nil
	defer func() { e.sender = sender }()
	before, count, ranges, inline := len(e.text), e.count, len(e.ranges), len(e.inline)
	err := e.encode(reflect.ValueOf(value))
	if err == nil || e.depth > maxDepth {
		return err
	}
	e.text, e.count, e.ranges, e.inline = e.text[:before], count, e.ranges[:ranges], e.inline[:inline]
	return e.string(fmt.Sprint(value))
}

func partsOf(err error) errorParts {
	switch err := err.(type) {
	case *Error:
		parts := errorParts{class: err.Class, base: err.Base, message: err.Message, stack: err.Stack, code: err.Code, cause: err.Cause, fields: err.Fields}
		for _, member := range err.Members {
			parts.members = append(parts.members, AsError(member))
		}
		return parts.complete()
	case *FrameworkError:
		parts := errorParts{class: "IsolationError", base: "Error", framework: err.Code, message: err.Error(), stack: err.Stack, cause: err.Cause}
		if len(err.Facts) > 0 {
			parts.fields = map[string]any{"facts": err.Facts}
		}
		return parts.complete()
	}
	return goParts(err).complete()
}

// goParts describes an error of Go: its type's name where it has one of its own, what it wraps, its exported fields.
func goParts(err error) errorParts {
	parts := errorParts{class: "Error", base: "Error", message: err.Error()}
	shown := err
	if stacked, hasStack := err.(Stacked); hasStack {
		parts.stack = stacked.Stack()
		if carrier, wraps := err.(interface{ Carried() error }); wraps {
			shown = carrier.Carried()
		}
	}
	if shown == nil {
		return parts
	}
	parts.class = className(shown)
	switch wrapper := shown.(type) {
	case interface{ Unwrap() error }:
		if cause := wrapper.Unwrap(); cause != nil {
			parts.cause = cause
		}
	case interface{ Unwrap() []error }:
		parts.class, parts.base, parts.members = "AggregateError", "AggregateError", wrapper.Unwrap()
	}
	switch coded := shown.(type) {
	case interface{ Code() string }:
		parts.code = coded.Code()
	case interface{ Code() int }:
		parts.code = float64(coded.Code())
	}
	parts.fields = errorFields(shown)
	return parts
}

// className is the name of an error's type; the types of the packages that only carry a text are plain errors.
func className(err error) string {
	kind := reflect.TypeOf(err)
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	switch kind.PkgPath() {
	case "errors", "fmt":
		return "Error"
	}
	if kind.Name() == "" {
		return "Error"
	}
	return kind.Name()
}

// errorFields are the exported fields of an error's struct that hold no error.
func errorFields(err error) map[string]any {
	value := reflect.ValueOf(err)
	for value.Kind() == reflect.Pointer && !value.IsNil() {
		value = value.Elem()
	}
	if value.Kind() != reflect.Struct {
		return nil
	}
	fields := map[string]any{}
	for _, field := range fieldsOf(value.Type()) {
		content, err := value.FieldByIndexErr(field.index)
		if err != nil || !content.CanInterface() {
			continue
		}
		if _, isError := content.Interface().(error); isError || content.Kind() == reflect.Func {
			continue
		}
		fields[field.name] = content.Interface()
	}
	return fields
}

const (
	maxMessage = 256 << 10
	maxStack   = 64 << 10
)

// complete gives a stack to what has none, and cuts what is too long.
func (parts errorParts) complete() errorParts {
	if parts.class == "" {
		parts.class = "Error"
	}
	if parts.base == "" {
		parts.base = "Error"
	}
	parts.message = cut(parts.message, maxMessage)
	if parts.stack == "" || strings.HasPrefix(parts.stack, "    at ") {
		head := parts.class
		if parts.message != "" {
			head += ": " + cut(parts.message, maxStack/2)
		}
		parts.stack = strings.TrimSuffix(head+"\n"+parts.stack, "\n")
	}
	parts.stack = cut(parts.stack, maxStack)
	return parts
}

func cut(text string, length int) string {
	if len(text) <= length {
		return text
	}
	return strings.ToValidUTF8(text[:length], "")
}

// Wrapped shows the text of what is no error, for the case that it was thrown.
func Wrapped(value any) error {
	if err, isError := value.(error); isError {
		return err
	}
	switch value := value.(type) {
	case string:
		return errors.New(value)
	case fmt.Stringer:
		return errors.New(value.String())
	case int:
		return errors.New(strconv.Itoa(value))
	}
	return fmt.Errorf("%v", value)
}
