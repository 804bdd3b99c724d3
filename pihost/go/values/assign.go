package values

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"time"
	"unsafe"
)

// Assign puts a decoded value into a variable of any type: numbers where they fit without loss, objects into structs by the
// names that encoding/json would use, lists into slices, Maps into maps. The error names the path of what does not fit.
func Assign(into reflect.Value, value any) error { return assign(into, value, "") }

func misfit(into reflect.Value, value any, path string) error {
	at := ""
	if path != "" {
		at = " at " + path
	}
	return fmt.Errorf("cannot use %s%s as %s", describe(value), at, into.Type())
}

func describe(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case Undefined:
		return "undefined"
	case string:
		return fmt.Sprintf("the string %.40q", value)
	case float64, bool, *big.Int:
		return fmt.Sprintf("%v", value)
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return fmt.Sprintf("a %T", value)
}

func assign(into reflect.Value, value any, path string) error {
	if value == nil {
		into.SetZero()
		return nil
	}
	given := reflect.ValueOf(value)
	if given.Type().AssignableTo(into.Type()) {
		into.Set(given)
		return nil
	}
	if _, isUndefined := value.(Undefined); isUndefined {
		into.SetZero()
		return nil
	}
	if done, err := unmarshal(into, value); done {
		return err
	}
	switch into.Kind() {
	case reflect.Pointer:
		target := reflect.New(into.Type().Elem())
		into.Set(target)
		return assign(target.Elem(), value, path)
	case reflect.Bool, reflect.String:
		if given.Kind() == into.Kind() {
			into.Set(given.Convert(into.Type()))
			return nil
		}
	case reflect.Slice, reflect.Array:
		return assignList(into, value, path)
	case reflect.Map:
		return assignMap(into, value, path)
	case reflect.Struct:
		if fields, isObject := value.(map[string]any); isObject {
			return assignStruct(into, fields, path)
		}
	default:
		if into.CanInt() || into.CanUint() || into.CanFloat() {
			return assignNumber(into, value, path)
		}
	}
	return misfit(into, value, path)
}

// unmarshal lets a type read its own form of text or JSON.
func unmarshal(into reflect.Value, value any) (done bool, err error) {
	if into.Type() == reflect.TypeFor[time.Time]() {
		if number, isNumber := value.(float64); isNumber {
			into.Set(reflect.ValueOf(time.UnixMilli(int64(number)).UTC()))
			return true, nil
		}
	}
	if !into.CanAddr() {
		return false, nil
	}
	switch target := into.Addr().Interface().(type) {
	case json.Unmarshaler:
		text, ok := AppendPlain(nil, value)
		if ok {
			return true, target.UnmarshalJSON(text)
		}
	case encoding.TextUnmarshaler:
		if text, isText := value.(string); isText {
			return true, target.UnmarshalText([]byte(text))
		}
	}
	return false, nil
}

func assignNumber(into reflect.Value, value any, path string) error {
	switch number := value.(type) {
	case float64:
		return assignFloat(into, number, path)
	case *big.Int:
		switch {
		case into.CanInt() && number.IsInt64() && !into.OverflowInt(number.Int64()):
			into.SetInt(number.Int64())
			return nil
		case into.CanUint() && number.IsUint64() && !into.OverflowUint(number.Uint64()):
			into.SetUint(number.Uint64())
			return nil
		}
	}
	return misfit(into, value, path)
}

func assignFloat(into reflect.Value, number float64, path string) error {
	if into.CanFloat() {
		into.SetFloat(number)
		return nil
	}
	if number != math.Trunc(number) || math.Abs(number) >= 1<<63 {
		return misfit(into, number, path)
	}
	if into.CanInt() && !into.OverflowInt(int64(number)) {
		into.SetInt(int64(number))
		return nil
	}
	if into.CanUint() && number >= 0 && !into.OverflowUint(uint64(number)) {
		into.SetUint(uint64(number))
		return nil
	}
	return misfit(into, number, path)
}

func assignList(into reflect.Value, value any, path string) error {
	if view, isView := value.(View); isView {
		return assignView(into, view, path)
	}
	if data, isBytes := value.(ArrayBuffer); isBytes && into.Type().Elem().Kind() == reflect.Uint8 {
		value = []byte(data)
	}
	if set, isSet := value.(*Set); isSet {
		value = set.Members
	}
	given := reflect.ValueOf(value)
	if given.Kind() != reflect.Slice {
		return misfit(into, value, path)
	}
	if into.Kind() == reflect.Slice {
		if given.Type().ConvertibleTo(into.Type()) {
			into.Set(given.Convert(into.Type()))
			return nil
		}
		into.Set(reflect.MakeSlice(into.Type(), given.Len(), given.Len()))
	} else if into.Len() != given.Len() {
		return fmt.Errorf("cannot use a list of %d%s as %s", given.Len(), path, into.Type())
	}
	for index := range given.Len() {
		if err := assign(into.Index(index), given.Index(index).Interface(), fmt.Sprintf("%s[%d]", path, index)); err != nil {
			return err
		}
	}
	return nil
}

var viewElements = map[string]reflect.Kind{
	"Int8Array": reflect.Int8, "Uint8ClampedArray": reflect.Uint8, "Int16Array": reflect.Int16, "Uint16Array": reflect.Uint16,
	"Int32Array": reflect.Int32, "Uint32Array": reflect.Uint32, "Float32Array": reflect.Float32, "Float64Array": reflect.Float64,
	"BigInt64Array": reflect.Int64, "BigUint64Array": reflect.Uint64,
}

// assignView copies the elements of a typed array; both sides run on one machine, so the byte order is the same.
func assignView(into reflect.Value, view View, path string) error {
	width := widthOf(view.Kind)
	length := len(view.Data) / width
	if into.Kind() != reflect.Slice || viewElements[view.Kind] != into.Type().Elem().Kind() {
		return misfit(into, view, path)
	}
	into.Set(reflect.MakeSlice(into.Type(), length, length))
	if length > 0 {
		copy(unsafe.Slice((*byte)(into.UnsafePointer()), length*width), view.Data)
	}
	return nil
}

func assignMap(into reflect.Value, value any, path string) error {
	target := reflect.MakeMap(into.Type())
	add := func(key, content any) error {
		name := reflect.New(into.Type().Key()).Elem()
		if err := assign(name, key, path+"<key>"); err != nil {
			return err
		}
		held := reflect.New(into.Type().Elem()).Elem()
		if err := assign(held, content, fmt.Sprintf("%s.%v", path, key)); err != nil {
			return err
		}
		target.SetMapIndex(name, held)
		return nil
	}
	switch value := value.(type) {
	case map[string]any:
		for key, content := range value {
			if err := add(key, content); err != nil {
				return err
			}
		}
	case *Map:
		for _, entry := range value.Entries {
			if err := add(entry.Key, entry.Value); err != nil {
				return err
			}
		}
	default:
		return misfit(into, value, path)
	}
	into.Set(target)
	return nil
}

func assignStruct(into reflect.Value, fields map[string]any, path string) error {
	for _, field := range fieldsOf(into.Type()) {
		value, given := fields[field.name]
		if !given {
			continue
		}
		target := into
		for step, index := range field.index {
			if step > 0 && target.Kind() == reflect.Pointer {
				if target.IsNil() {
					target.Set(reflect.New(target.Type().Elem()))
				}
				target = target.Elem()
			}
			target = target.Field(index)
		}
		if err := assign(target, value, path+"."+field.name); err != nil {
			return err
		}
	}
	return nil
}
