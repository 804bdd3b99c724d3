package values

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Sender is what an encoder needs of the session: places for long bytes, and numbers for what is lent.
type Sender interface {
	// Place says where bytes that travel beside the payload are, as the JSON text of a place. They must not change.
	Place(data []byte) (place string)
	// Lend gives out a function, a channel or an iterator; ok is false when it is nothing that can be lent.
	Lend(value reflect.Value) (reference Reference, ok bool, err error)
}

// Lendable is what a pointer stands for that is lent, instead of being copied: a function, or why it may not be lent.
type Lendable interface {
	Loan() (function any, err error)
}

// OutOfBand is from how many bytes on they travel beside a payload: 32 KiB.
const OutOfBand = 32 << 10

// errNotPlain says that a value needs the payload format.
var errNotPlain = errors.New("not JSON-safe")

// plainDepth is how deep a value may be that goes as plain JSON.
const plainDepth = 200

// AppendPlain appends the JSON of a value that JSON carries exactly. For any other ok is false, and to is as it was.
func AppendPlain(to []byte, value any) (encoded []byte, ok bool) {
	switch value := value.(type) {
	case nil:
		return append(to, "null"...), true
	case string:
		return appendText(to, value), true
	case bool:
		return strconv.AppendBool(to, value), true
	case int:
		if value > maxSafeInteger || value < -maxSafeInteger {
			return to, false
		}
		return strconv.AppendInt(to, int64(value), 10), true
	case float64:
		return appendFloat(to, value)
	}
	e := &encoder{text: to}
	if err := e.encode(reflect.ValueOf(value)); err != nil {
		return to, false
	}
	return e.text, true
}

func appendFloat(to []byte, number float64) ([]byte, bool) {
	if math.IsNaN(number) || math.IsInf(number, 0) || number == 0 && math.Signbit(number) {
		return to, false
	}
	if integer := int64(number); float64(integer) == number && integer < 1e15 && integer > -1e15 {
		return strconv.AppendInt(to, integer, 10), true
	}
	return strconv.AppendFloat(to, number, 'g', -1, 64), true
}

// Encode makes a payload of a value.
//
// It fails with NOT_SERIALIZABLE, which names the path of what cannot cross.
func Encode(value any, sender Sender) ([]byte, error) {
	e := &encoder{text: make([]byte, headerLength, 64), isPayload: true, sender: sender, seen: map[identity]int{}}
	e.text = append(e.text, '[')
	if err := e.encode(reflect.ValueOf(value)); err != nil {
		return nil, err
	}
	if len(e.ranges) > 0 {
		e.text = append(append(e.text, ",["...), strings.Join(e.ranges, ",")...)
		e.text = append(e.text, ']')
	}
	e.text = append(e.text, ']')
	e.text[0] = formatVersion
	binary.LittleEndian.PutUint32(e.text[1:], uint32(len(e.text)-headerLength))
	return append(e.text, e.inline...), nil
}

// identity is what two places share when they show the same object.
type identity struct {
	pointer uintptr
	length  int
	kind    reflect.Type
}

type encoder struct {
	text      []byte
	isPayload bool
	sender    Sender
	ranges    []string
	inline    []byte
	seen      map[identity]int
	count     int
	depth     int
	path      []string
}

func (e *encoder) fail(format string, args ...any) error {
	if !e.isPayload {
		return errNotPlain
	}
	at := "the value"
	if len(e.path) > 0 {
		at = "value" + strings.Join(e.path, "")
	}
	return Errorf("NOT_SERIALIZABLE", "%s %s", at, fmt.Sprintf(format, args...))
}

// mark appends a marker that stands for a value alone.
func (e *encoder) mark(text string) error {
	if !e.isPayload {
		return errNotPlain
	}
	e.text = appendText(e.text, text)
	return nil
}

func (e *encoder) encode(value reflect.Value) error {
	if !value.IsValid() {
		e.text = append(e.text, "null"...)
		return nil
	}
	if known, err := e.known(value); known {
		return err
	}
	switch value.Kind() {
	case reflect.Bool:
		e.text = strconv.AppendBool(e.text, value.Bool())
	case reflect.String:
		return e.string(value.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return e.integer(value.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return e.unsigned(value.Uint())
	case reflect.Float32, reflect.Float64:
		return e.float(value.Float())
	case reflect.Interface, reflect.Pointer:
		return e.pointer(value)
	case reflect.Slice, reflect.Array:
		return e.list(value)
	case reflect.Map:
		return e.mapping(value)
	case reflect.Struct:
		return e.structure(value)
	case reflect.Func, reflect.Chan:
		return e.lend(value)
	default:
		return e.fail("is a %s, which cannot cross", value.Type())
	}
	return nil
}

func (e *encoder) string(text string) error {
	if e.isPayload && strings.HasPrefix(text, "$") {
		text = "$" + text
	}
	e.text = appendText(e.text, text)
	return nil
}

func (e *encoder) integer(number int64) error {
	if number > maxSafeInteger || number < -maxSafeInteger {
		return e.mark("$i" + strconv.FormatInt(number, 16))
	}
	e.text = strconv.AppendInt(e.text, number, 10)
	return nil
}

func (e *encoder) unsigned(number uint64) error {
	if number > maxSafeInteger {
		return e.mark("$i" + strconv.FormatUint(number, 16))
	}
	e.text = strconv.AppendUint(e.text, number, 10)
	return nil
}

func (e *encoder) float(number float64) error {
	text, isPlain := appendFloat(e.text, number)
	if isPlain {
		e.text = text
		return nil
	}
	switch {
	case math.IsNaN(number):
		return e.mark("$n")
	case math.IsInf(number, 1):
		return e.mark("$+")
	case math.IsInf(number, -1):
		return e.mark("$_")
	}
	return e.mark("$-")
}

// begin counts an object, which "$@n" may refer to, and goes one step deeper.
func (e *encoder) begin() error {
	e.count++
	e.depth++
	if e.depth > maxDepth || !e.isPayload && e.depth > plainDepth {
		return e.fail("lies deeper than %d objects inside one another", maxDepth)
	}
	return nil
}

// again appends a reference where the object stood in this value before, and remembers it otherwise.
func (e *encoder) again(value reflect.Value) bool {
	if !e.isPayload {
		return false
	}
	id := identity{pointer: value.Pointer(), kind: value.Type()}
	if value.Kind() == reflect.Slice {
		id.length = value.Len()
	}
	if number, found := e.seen[id]; found {
		e.text = appendText(e.text, "$@"+strconv.Itoa(number))
		return true
	}
	e.seen[id] = e.count
	return false
}

func (e *encoder) pointer(value reflect.Value) error {
	if value.IsNil() {
		e.text = append(e.text, "null"...)
		return nil
	}
	if value.Kind() == reflect.Pointer && value.CanInterface() {
		if lendable, is := value.Interface().(Lendable); is {
			return e.loan(lendable)
		}
	}
	if value.Kind() == reflect.Pointer && value.Elem().Kind() == reflect.Struct && e.again(value) {
		return nil
	}
	if e.depth++; e.depth > 2*maxDepth {
		return e.fail("points to itself")
	}
	err := e.encode(value.Elem())
	e.depth--
	return err
}

// loan lends what stands for a function. Its refusal is the error as it is.
func (e *encoder) loan(lendable Lendable) error {
	if !e.isPayload {
		return errNotPlain
	}
	function, err := lendable.Loan()
	if err != nil {
		return err
	}
	return e.lend(reflect.ValueOf(function))
}

func (e *encoder) lend(value reflect.Value) error {
	if !e.isPayload {
		return errNotPlain
	}
	if value.IsNil() {
		e.text = append(e.text, "null"...)
		return nil
	}
	if e.sender == nil {
		return e.fail("is a %s, which cannot be lent here", value.Type())
	}
	reference, ok, err := e.sender.Lend(value)
	if err != nil {
		return e.fail("%v", err)
	}
	if !ok {
		return e.fail("is a %s, which cannot be lent", value.Type())
	}
	return e.reference(reference)
}

func (e *encoder) reference(reference Reference) error {
	e.count++
	e.text = append(e.text, `["$x",{"kind":`...)
	e.text = appendText(e.text, reference.Kind)
	e.text = append(e.text, `,"id":`...)
	e.text = strconv.AppendUint(e.text, uint64(reference.ID), 10)
	if reference.Kept {
		e.text = append(e.text, `,"kept":true`...)
	}
	e.text = append(e.text, "}]"...)
	return nil
}

// known encodes what has a form of its own, whatever its kind is in Go.
func (e *encoder) known(value reflect.Value) (known bool, err error) {
	if !value.CanInterface() {
		return false, nil
	}
	switch value := value.Interface().(type) {
	case Undefined:
		return true, e.mark("$u")
	case time.Time:
		return true, e.date(value)
	case *time.Time:
		if value != nil {
			return true, e.date(*value)
		}
	case *big.Int:
		if value != nil {
			return true, e.mark("$i" + value.Text(16))
		}
	case big.Int:
		return true, e.mark("$i" + value.Text(16))
	case []byte:
		return true, e.view("Uint8Array", value, len(value))
	case ArrayBuffer:
		return true, e.buffer(value)
	case View:
		return true, e.view(value.Kind, value.Data, len(value.Data)/widthOf(value.Kind))
	case RegExp:
		return true, e.regExp(value)
	case *Map:
		if value != nil {
			return true, e.pairs(value)
		}
	case *Set:
		if value != nil {
			return true, e.members(value)
		}
	case error:
		if !reflect.ValueOf(value).IsZero() {
			return true, e.error(value)
		}
	}
	return e.marshaled(value)
}

func (e *encoder) date(date time.Time) error {
	if date.IsZero() {
		e.count++
		return e.mark("$dNaN")
	}
	e.count++
	return e.mark("$d" + strconv.FormatInt(date.UnixMilli(), 10))
}

func (e *encoder) regExp(exp RegExp) error {
	if !e.isPayload {
		return errNotPlain
	}
	e.count++
	e.text = appendText(append(e.text, `["$r",`...), exp.Source)
	e.text = appendText(append(e.text, ','), exp.Flags)
	e.text = strconv.AppendInt(append(e.text, ','), int64(exp.LastIndex), 10)
	e.text = append(e.text, ']')
	return nil
}
