package session

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"

	"github.com/process-isolation/process-isolation/pihost/go/values"
)

var (
	contextType = reflect.TypeFor[context.Context]()
	streamType  = reflect.TypeFor[*Stream]()
)

// NewCallee makes a callee of a Go function. Its first parameter may be a context.Context; it may return nothing, a value, an
// error, or a value and an error. The common signatures of small functions are called without reflection.
//
// Parameters may be of any type that values.Assign knows; beside those a func for a function that the caller lends, and a
// <-chan T, an iter.Seq[T] or an iter.Seq2[T, error] for a stream. Channels and iterators that are returned are streams.
func NewCallee(function any) (Callee, error) {
	if callee, isCallee := function.(Callee); isCallee {
		return callee, nil
	}
	if callee := fastCallee(function); callee != nil {
		return callee, nil
	}
	return newCallable(function)
}

func newCallable(function any) (Callee, error) {
	value := reflect.ValueOf(function)
	if value.Kind() != reflect.Func || value.IsNil() {
		return nil, fmt.Errorf("a %T is no function", function)
	}
	f := &callable{value: value, kind: value.Type()}
	if err := f.look(); err != nil {
		return nil, err
	}
	return f.serve, nil
}

// callable is a function with what reflection says of it.
type callable struct {
	value       reflect.Value
	kind        reflect.Type
	takesCtx    bool
	params      []reflect.Type
	returns     bool
	returnsFail bool
}

func (f *callable) look() error {
	for index := range f.kind.NumIn() {
		if index == 0 && f.kind.In(0) == contextType {
			f.takesCtx = true
			continue
		}
		f.params = append(f.params, f.kind.In(index))
	}
	count := f.kind.NumOut()
	f.returnsFail = count > 0 && f.kind.Out(count-1) == errorType
	if f.returnsFail {
		count--
	}
	f.returns = count == 1
	if count > 1 {
		return fmt.Errorf("a %s returns more than a value and an error", f.kind)
	}
	return nil
}

func (f *callable) serve(call *Incoming) {
	defer answerPanic(call)
	in, cleanUp, err := f.arguments(call)
	if err != nil {
		call.Fail(err)
		return
	}
	defer cleanUp()
	var out []reflect.Value
	if f.kind.IsVariadic() {
		out = f.value.CallSlice(in)
	} else {
		out = f.value.Call(in)
	}
	if f.returnsFail {
		if err, _ := out[len(out)-1].Interface().(error); err != nil {
			FailWith(call, err)
			return
		}
	}
	if f.returns {
		call.Return(out[0].Interface())
	} else {
		call.Return(values.Undefined{})
	}
}

// errGoexit is that of a function that ended its goroutine instead of returning.
var errGoexit = errors.New("the function called runtime.Goexit and returned nothing")

// answerPanic answers a call whose function panicked or did not return.
func answerPanic(call *Incoming) {
	if thrown := recover(); thrown != nil {
		call.Fail(Panicked(thrown))
	} else if !call.isAnswered {
		call.Fail(errGoexit)
	}
}

// FailWith answers with an error. One that says that the call's own deadline has passed is the framework's.
func FailWith(call *Incoming, err error) {
	if errors.Is(err, context.DeadlineExceeded) && !call.Deadline.IsZero() && call.Context().Err() != nil {
		err = &values.FrameworkError{Code: "DEADLINE_EXCEEDED", Message: "DEADLINE_EXCEEDED: the call did not settle in time", Cause: err}
	}
	call.Fail(err)
}

func (f *callable) arguments(call *Incoming) (in []reflect.Value, cleanUp func(), err error) {
	args, err := call.Args()
	if err != nil {
		return nil, nil, err
	}
	if err := f.checkCount(len(args)); err != nil {
		return nil, nil, err
	}
	cleanUps := cleanUps{}
	in = make([]reflect.Value, 0, len(f.params)+1)
	if f.takesCtx {
		in = append(in, reflect.ValueOf(call.Context()))
	}
	for index, kind := range f.params {
		variable := reflect.New(kind).Elem()
		if f.kind.IsVariadic() && index == len(f.params)-1 {
			err = f.assignRest(call, variable, args[index:], &cleanUps)
		} else {
			err = assignArgument(call, variable, args[index], &cleanUps)
		}
		if err != nil {
			cleanUps.run()
			return nil, nil, typeError("argument %d: %v", index+1, err)
		}
		in = append(in, variable)
	}
	return in, cleanUps.run, nil
}

func (f *callable) checkCount(count int) error {
	least := len(f.params)
	if f.kind.IsVariadic() {
		if count >= least-1 {
			return nil
		}
		return typeError("the function takes at least %d arguments, and got %d", least-1, count)
	}
	if count != least {
		return typeError("the function takes %d arguments, and got %d", least, count)
	}
	return nil
}

func (f *callable) assignRest(call *Incoming, into reflect.Value, args []any, cleanUps *cleanUps) error {
	into.Set(reflect.MakeSlice(into.Type(), len(args), len(args)))
	for index, arg := range args {
		if err := assignArgument(call, into.Index(index), arg, cleanUps); err != nil {
			return err
		}
	}
	return nil
}

func typeError(format string, args ...any) error {
	return &values.Error{Class: "TypeError", Base: "TypeError", Message: fmt.Sprintf(format, args...)}
}

type cleanUps []func()

func (c *cleanUps) run() {
	for _, each := range *c {
		each()
	}
}

// assignArgument puts an argument into a parameter, a lent function or stream in the form that the parameter has.
func assignArgument(call *Incoming, into reflect.Value, arg any, cleanUps *cleanUps) error {
	switch arg := arg.(type) {
	case *Func:
		if into.Kind() == reflect.Func {
			adapter, err := adapt(call, arg, into.Type())
			if err != nil {
				return err
			}
			into.Set(adapter)
			return nil
		}
	case *Stream:
		if into.Type() != streamType {
			*cleanUps = append(*cleanUps, arg.Close)
		}
		switch {
		case into.Kind() == reflect.Chan:
			into.Set(channelOf(call, arg, into.Type()))
			return nil
		case into.Kind() == reflect.Func && isSequence(into.Type()):
			into.Set(sequenceOf(call, arg, into.Type()))
			return nil
		}
	}
	return values.Assign(into, arg)
}

// adapt makes a Go function that calls a lent one. Without an error among its results, it panics with what the lent one threw,
// and the panic is the answer of the call.
func adapt(call *Incoming, lent *Func, kind reflect.Type) (reflect.Value, error) {
	form := &callable{kind: kind}
	if err := form.look(); err != nil {
		return reflect.Value{}, err
	}
	return reflect.MakeFunc(kind, func(in []reflect.Value) []reflect.Value {
		ctx := call.Context()
		if form.takesCtx {
			ctx, in = in[0].Interface().(context.Context), in[1:]
		}
		var args []any
		for index, each := range in {
			if kind.IsVariadic() && index == len(in)-1 {
				for rest := range each.Len() {
					args = append(args, each.Index(rest).Interface())
				}
				continue
			}
			args = append(args, each.Interface())
		}
		return form.results(func(into any) error { return lent.CallInto(ctx, into, args...) })
	}), nil
}

func (f *callable) results(callInto func(into any) error) []reflect.Value {
	var out []reflect.Value
	var into any
	if f.returns {
		held := reflect.New(f.kind.Out(0))
		out, into = append(out, held.Elem()), held.Interface()
	}
	err := callInto(into)
	if !f.returnsFail {
		if err != nil {
			panic(err)
		}
		return out
	}
	failure := reflect.New(errorType).Elem()
	if err != nil {
		failure.Set(reflect.ValueOf(err))
	}
	return append(out, failure)
}

// channelOf feeds a channel from a lent stream until that is over or the call is.
func channelOf(call *Incoming, stream *Stream, kind reflect.Type) reflect.Value {
	channel := reflect.MakeChan(reflect.ChanOf(reflect.BothDir, kind.Elem()), 0)
	ctx := call.Context()
	go func() {
		defer channel.Close()
		for item, err := range stream.All(ctx) {
			held := reflect.New(kind.Elem()).Elem()
			if err != nil || values.Assign(held, item) != nil {
				return
			}
			cases := []reflect.SelectCase{
				{Dir: reflect.SelectSend, Chan: channel, Send: held},
				{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())},
			}
			if chosen, _, _ := reflect.Select(cases); chosen != 0 {
				return
			}
		}
	}()
	return channel.Convert(kind)
}

func sequenceOf(call *Incoming, stream *Stream, kind reflect.Type) reflect.Value {
	yieldKind := kind.In(0)
	return reflect.MakeFunc(kind, func(in []reflect.Value) []reflect.Value {
		each(stream.All(call.Context()), func(item any, err error) bool {
			held := reflect.New(yieldKind.In(0)).Elem()
			if err == nil {
				err = values.Assign(held, item)
			}
			if yieldKind.NumIn() == 1 {
				if err != nil {
					panic(err)
				}
				return in[0].Call([]reflect.Value{held})[0].Bool()
			}
			failure := reflect.New(errorType).Elem()
			if err != nil {
				failure.Set(reflect.ValueOf(err))
			}
			return in[0].Call([]reflect.Value{held, failure})[0].Bool() && err == nil
		})
		return nil
	})
}

func each(items iter.Seq2[any, error], use func(any, error) bool) {
	for item, err := range items {
		if !use(item, err) {
			return
		}
	}
}
