package session

import (
	"context"
	"strconv"

	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// fastCallee serves the common signatures of small functions without reflection; nil for others.
func fastCallee(function any) Callee {
	switch f := function.(type) {
	case func(int, int) int:
		return pairOf(intOf, returnInt, noFail(f), f)
	case func(int, int) (int, error):
		return pairOf(intOf, returnInt, f, f)
	case func(context.Context, int, int) (int, error):
		return pairWithContext(intOf, returnInt, f)
	case func(float64, float64) float64:
		return pairOf(floatOf, returnFloat, noFail(f), f)
	case func(float64, float64) (float64, error):
		return pairOf(floatOf, returnFloat, f, f)
	case func(context.Context, float64, float64) (float64, error):
		return pairWithContext(floatOf, returnFloat, f)
	}
	return nil
}

func noFail[T any](f func(T, T) T) func(T, T) (T, error) {
	return func(a, b T) (T, error) { return f(a, b), nil }
}

// mustCallable is for functions whose signatures are known to be right.
func mustCallable(function any) Callee {
	callee, err := newCallable(function)
	if err != nil {
		panic(err)
	}
	return callee
}

// pairOf serves a function of two numbers; whole is the function as it was given, for arguments in any other form.
func pairOf[T any](read func([]byte) (T, bool), answer func(*Incoming, T), f func(T, T) (T, error), whole any) Callee {
	general := mustCallable(whole)
	return func(call *Incoming) {
		a, b, ok := readPair(call, read)
		if !ok {
			general(call)
			return
		}
		defer answerPanic(call)
		result, err := f(a, b)
		if err != nil {
			FailWith(call, err)
			return
		}
		answer(call, result)
	}
}

func pairWithContext[T any](read func([]byte) (T, bool), answer func(*Incoming, T), f func(context.Context, T, T) (T, error)) Callee {
	general := mustCallable(f)
	return func(call *Incoming) {
		a, b, ok := readPair(call, read)
		if !ok {
			general(call)
			return
		}
		defer answerPanic(call)
		result, err := f(call.Context(), a, b)
		if err != nil {
			FailWith(call, err)
			return
		}
		answer(call, result)
	}
}

func readPair[T any](call *Incoming, read func([]byte) (T, bool)) (a, b T, ok bool) {
	var room [2][]byte
	texts, err := Elements(room[:0], call.PlainArgs())
	if err != nil || len(texts) != 2 {
		return a, b, false
	}
	if a, ok = read(texts[0]); ok {
		b, ok = read(texts[1])
	}
	return a, b, ok
}

func intOf(text []byte) (int, bool) {
	number, ok := values.ParseInteger(text)
	return int(number), ok
}

func floatOf(text []byte) (float64, bool) {
	number, err := values.ParseNumber(text)
	return number, err == nil
}

func returnInt(call *Incoming, number int) {
	var room [24]byte
	if number > 1<<53-1 || number < -(1<<53-1) {
		call.Return(number)
		return
	}
	call.ReturnPlain(strconv.AppendInt(room[:0], int64(number), 10))
}

func returnFloat(call *Incoming, number float64) {
	var room [32]byte
	if text, ok := values.AppendPlain(room[:0], number); ok {
		call.ReturnPlain(text)
		return
	}
	call.Return(number)
}
