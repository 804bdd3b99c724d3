package values_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// payload makes a payload of a text, as docs/protocol.md shows them.
func payload(text string, ranges ...byte) []byte {
	head := binary.LittleEndian.AppendUint32([]byte{1}, uint32(len(text)))
	return append(append(head, text...), ranges...)
}

func TestValuesOfTheProtocolPageBecomeGoValues(t *testing.T) {
	for text, want := range map[string]any{
		`[{"a":[1,"x",true,null]}]`:         map[string]any{"a": []any{1.0, "x", true, nil}},
		`["$$5"]`:                           "$5",
		`["$u"]`:                            values.Undefined{},
		`[["$+","$_"]]`:                     []any{math.Inf(1), math.Inf(-1)},
		`["$i-1f"]`:                         big.NewInt(-31),
		`["$d0"]`:                           time.UnixMilli(0).UTC(),
		`[["$m","a",1,"b","$u"]]`:           &values.Map{Entries: []values.Entry{{Key: "a", Value: 1.0}, {Key: "b", Value: values.Undefined{}}}},
		`[["$s",1,2]]`:                      &values.Set{Members: []any{1.0, 2.0}},
		`[["$r","a+","gi",0]]`:              values.RegExp{Source: "a+", Flags: "gi"},
		`[["$b","$i7"]]`:                    big.NewInt(7),
		`[["$o",{"a":1}]]`:                  map[string]any{"a": 1.0},
		`[[[1],"$@1"]]`:                     []any{[]any{1.0}, []any{1.0}},
		`[["$e",{"message":"no"}]]`:         &values.Error{Class: "Error", Message: "no", Fields: map[string]any{}},
		`[["$e",{"framework":"NEW_CODE"}]]`: &values.FrameworkError{Code: "NEW_CODE", Facts: map[string]any{}},
	} {
		got, err := values.Decode(payload(text), nil)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s became %#v, %v", text, got, err)
		}
	}
	got, err := values.Decode(payload(`[["$v","Buffer",0,0,2],[2]]`, 'h', 'i'), nil)
	if data, isBytes := got.([]byte); err != nil || !isBytes || string(data) != "hi" {
		t.Errorf("a Buffer became %#v, %v", got, err)
	}
}

func TestBrokenPayloadsAreRefused(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing":                 {},
		"another version":         {2, 0, 0, 0, 0},
		"a text that is short":    {1, 9, 0, 0, 0, '['},
		"no JSON":                 payload(`[x]`),
		"two roots and more":      payload(`[1,[],2]`),
		"an unknown marker":       payload(`[["$q",1]]`),
		"an unknown short marker": payload(`["$%"]`),
		"a reference to nothing":  payload(`[["$@5"]]`),
		"bytes that are not sent": payload(`[["$l",0],[3]]`, 'x'),
		"a range that is no one":  payload(`[["$l",1],[0]]`),
		"a view behind its end":   payload(`[["$v","Uint16Array",0,0,2],[2]]`, 1, 2),
		"a key without a value":   payload(`[["$m",1]]`),
		"a date of no time":       payload(`["$dxyz"]`),
		"no digits":               payload(`["$i"]`),
		"a lent thing":            payload(`[["$x",{"kind":"function","id":1}]]`),
		"far too deep":            payload("[" + strings.Repeat("[", 1500) + strings.Repeat("]", 1500) + "]"),
	} {
		if got, err := values.Decode(data, nil); err == nil {
			t.Errorf("%s was taken as %#v", name, got)
		}
	}
}

type point struct {
	X     int     `json:"x"`
	Y     float64 `json:"y,omitempty"`
	inner int
}

func TestGoValuesBecomePlainJSONWhereThatIsExact(t *testing.T) {
	for want, value := range map[string]any{
		`null`:                 nil,
		`"a\n\"\u0001é"`:       "a\n\"\x01é",
		`9007199254740991`:     int64(9007199254740991),
		`0.1`:                  0.1,
		`1e+300`:               1e300,
		`[1,2]`:                []int{1, 2},
		`{"a":1,"b":[]}`:       map[string]any{"b": []any{}, "a": 1},
		`{"x":1}`:              point{X: 1, inner: 2},
		`[{"x":0,"y":2},null]`: []*point{{Y: 2}, nil},
		"\"bad \uFFFD text\"":  "bad \xff text",
	} {
		got, ok := values.AppendPlain(nil, value)
		if !ok || string(got) != want {
			t.Errorf("%#v became %s, %v; want %s", value, got, ok, want)
		}
	}
}

func TestOtherGoValuesNeedAPayload(t *testing.T) {
	for want, value := range map[string]any{
		`["$n"]`:                          math.NaN(),
		`["$-"]`:                          math.Copysign(0, -1),
		`["$i20000000000000"]`:            int64(1 << 53),
		`["$iff"]`:                        big.NewInt(255),
		`["$d1"]`:                         time.UnixMilli(1),
		`["$u"]`:                          values.Undefined{},
		`[["$m",1,"one"]]`:                map[int]string{1: "one"},
		`[["$v","Uint8Array",0,0,2],[2]]`: []byte{1, 2},
		`[["$$x","$u"]]`:                  []any{"$x", values.Undefined{}},
	} {
		if _, ok := values.AppendPlain(nil, value); ok {
			t.Errorf("%#v went as plain JSON", value)
		}
		got, err := values.Encode(value, nil)
		if err != nil || string(got[5:5+len(want)]) != want {
			t.Errorf("%#v became %s, %v; want %s", value, got[5:], err, want)
		}
	}
}

func TestCyclesAndSharedValuesComeBackAsSuch(t *testing.T) {
	cycle := map[string]any{}
	cycle["self"] = cycle
	encoded, err := values.Encode(cycle, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := values.Decode(encoded, nil)
	if err != nil {
		t.Fatal(err)
	}
	outer := got.(map[string]any)
	outer["mark"] = true
	if inner := outer["self"].(map[string]any); inner["mark"] != true {
		t.Error("the inner map is another one")
	}
}

func TestWhatCannotCrossIsRefusedByItsPath(t *testing.T) {
	_, err := values.Encode(map[string]any{"list": []any{1, func() {}}}, nil)
	if !values.IsCode(err, "NOT_SERIALIZABLE") || !strings.Contains(err.Error(), "value.list[1]") {
		t.Errorf("got %v", err)
	}
}

type ownError struct{ Bound int }

func (e *ownError) Error() string { return "too many" }

func TestErrorsKeepClassCauseAndFields(t *testing.T) {
	encoded, err := values.Encode(fmt.Errorf("outer: %w", &ownError{Bound: 3}), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := values.Decode(encoded, nil)
	if err != nil {
		t.Fatal(err)
	}
	outer := got.(*values.Error)
	var inner *values.Error
	if cause, isError := outer.Cause.(error); !isError || !errors.As(cause, &inner) {
		t.Fatalf("the cause is %#v", outer.Cause)
	}
	if outer.Class != "Error" || inner.Class != "ownError" || inner.Fields["Bound"] != 3.0 {
		t.Errorf("got %+v because of %+v", outer, inner)
	}
}

func TestAnErrorOfTheFrameworkKeepsItsFacts(t *testing.T) {
	facts := map[string]any{"isolate": "store", "signal": "SIGKILL", "generation": 1.0}
	encoded, err := values.Encode(&values.FrameworkError{Code: "CRASHED", Message: "store was killed", Facts: facts}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := values.Decode(encoded, nil)
	if err != nil {
		t.Fatal(err)
	}
	if crash := got.(*values.FrameworkError); crash.Code != "CRASHED" || !reflect.DeepEqual(crash.Facts, facts) {
		t.Errorf("got %+v", crash)
	}
}

func TestAssignConvertsWithoutLoss(t *testing.T) {
	var small int8
	var list []float32
	var structure struct {
		Point *point            `json:"point"`
		Names map[string]string `json:"names"`
	}
	for _, each := range []struct {
		into any
		from any
		want any
	}{
		{&small, 127.0, int8(127)},
		{&list, []any{1.0, 2.5}, []float32{1, 2.5}},
		{&list, values.View{Kind: "Float32Array", Data: []byte{0, 0, 128, 63}}, []float32{1}},
	} {
		if err := values.Assign(reflect.ValueOf(each.into).Elem(), each.from); err != nil {
			t.Error(err)
		}
		if got := reflect.ValueOf(each.into).Elem().Interface(); !reflect.DeepEqual(got, each.want) {
			t.Errorf("got %#v, want %#v", got, each.want)
		}
	}
	from := map[string]any{"point": map[string]any{"x": 3.0}, "names": map[string]any{"a": "b"}}
	if err := values.Assign(reflect.ValueOf(&structure).Elem(), from); err != nil || structure.Point.X != 3 || structure.Names["a"] != "b" {
		t.Errorf("got %+v, %v", structure, err)
	}
	for _, misfit := range []any{128.0, 1.5, "x", -129.0, math.NaN()} {
		if err := values.Assign(reflect.ValueOf(&small).Elem(), misfit); err == nil {
			t.Errorf("%v went into an int8", misfit)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{`[["$m","a",["$s",1]]]`, `[["$e",{"class":"A","cause":["$e",{},{}]},{"x":"$u"}]]`, `[["$v","Int8Array",0,0,1],[1]]`, `[[[1],"$@1","$i-f","$d1"]]`} {
		f.Add(payload(text, 1))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		value, err := values.Decode(data, nil)
		if err != nil {
			return
		}
		if _, err := values.Encode(value, nil); err != nil && !values.IsCode(err, "NOT_SERIALIZABLE") {
			t.Fatalf("%#v cannot be encoded again: %v", value, err)
		}
	})
}
