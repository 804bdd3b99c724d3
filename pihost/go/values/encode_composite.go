package values

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strconv"
)

// list encodes slices and arrays. An array of holes there is none in Go.
func (e *encoder) list(value reflect.Value) error {
	if value.Kind() == reflect.Slice {
		if value.IsNil() {
			e.text = append(e.text, "null"...)
			return nil
		}
		if value.Len() > 0 && e.again(value) {
			return nil
		}
	}
	if err := e.begin(); err != nil {
		return err
	}
	e.text = append(e.text, '[')
	for index := range value.Len() {
		if index > 0 {
			e.text = append(e.text, ',')
		}
		if err := e.at("["+strconv.Itoa(index)+"]", value.Index(index)); err != nil {
			return err
		}
	}
	e.text = append(e.text, ']')
	e.depth--
	return nil
}

// at encodes a part of a value, whose place is kept for the case that it cannot cross. Only payloads keep it.
func (e *encoder) at(place string, value reflect.Value) error {
	if !e.isPayload {
		return e.encode(value)
	}
	e.path = append(e.path, place)
	err := e.encode(value)
	e.path = e.path[:len(e.path)-1]
	return err
}

// mapping encodes a map with strings as keys as an object, in the order of its keys, and any other as a Map.
func (e *encoder) mapping(value reflect.Value) error {
	if value.IsNil() {
		e.text = append(e.text, "null"...)
		return nil
	}
	if e.again(value) {
		return nil
	}
	if err := e.begin(); err != nil {
		return err
	}
	if value.Type().Key().Kind() != reflect.String {
		return e.mapOfAny(value)
	}
	keys := value.MapKeys()
	sort.Slice(keys, func(a, b int) bool { return keys[a].String() < keys[b].String() })
	e.text = append(e.text, '{')
	for index, key := range keys {
		if err := e.field(index > 0, key.String(), value.MapIndex(key)); err != nil {
			return err
		}
	}
	e.text = append(e.text, '}')
	e.depth--
	return nil
}

func (e *encoder) field(hasOthers bool, name string, value reflect.Value) error {
	if name == "__proto__" && !e.isPayload {
		return errNotPlain
	}
	if hasOthers {
		e.text = append(e.text, ',')
	}
	e.text = append(appendText(e.text, name), ':')
	return e.at("."+name, value)
}

func (e *encoder) mapOfAny(value reflect.Value) error {
	if !e.isPayload {
		return errNotPlain
	}
	e.text = append(e.text, `["$m"`...)
	for iterator := value.MapRange(); iterator.Next(); {
		if err := e.pair(iterator.Key(), iterator.Value()); err != nil {
			return err
		}
	}
	e.text = append(e.text, ']')
	e.depth--
	return nil
}

func (e *encoder) pair(key, value reflect.Value) error {
	e.text = append(e.text, ',')
	if err := e.at("<key>", key); err != nil {
		return err
	}
	e.text = append(e.text, ',')
	return e.at(fmt.Sprintf("<%v>", key), value)
}

func (e *encoder) pairs(value *Map) error {
	if !e.isPayload {
		return errNotPlain
	}
	if e.again(reflect.ValueOf(value)) {
		return nil
	}
	if err := e.begin(); err != nil {
		return err
	}
	e.text = append(e.text, `["$m"`...)
	for _, entry := range value.Entries {
		if err := e.pair(reflect.ValueOf(entry.Key), reflect.ValueOf(entry.Value)); err != nil {
			return err
		}
	}
	e.text = append(e.text, ']')
	e.depth--
	return nil
}

func (e *encoder) members(value *Set) error {
	if !e.isPayload {
		return errNotPlain
	}
	if e.again(reflect.ValueOf(value)) {
		return nil
	}
	if err := e.begin(); err != nil {
		return err
	}
	e.text = append(e.text, `["$s"`...)
	for _, member := range value.Members {
		e.text = append(e.text, ',')
		if err := e.at("<member>", reflect.ValueOf(member)); err != nil {
			return err
		}
	}
	e.text = append(e.text, ']')
	e.depth--
	return nil
}

func (e *encoder) structure(value reflect.Value) error {
	if err := e.begin(); err != nil {
		return err
	}
	e.text = append(e.text, '{')
	hasOthers := false
	for _, field := range fieldsOf(value.Type()) {
		content, err := value.FieldByIndexErr(field.index)
		if err != nil || field.omitEmpty && isEmpty(content) {
			continue
		}
		if err := e.field(hasOthers, field.name, content); err != nil {
			return err
		}
		hasOthers = true
	}
	e.text = append(e.text, '}')
	e.depth--
	return nil
}

// marshaled encodes what has a JSON or a text form of its own making.
func (e *encoder) marshaled(value reflect.Value) (known bool, err error) {
	if kind := value.Kind(); (kind == reflect.Pointer || kind == reflect.Interface) && value.IsNil() {
		return false, nil
	}
	switch marshaler := value.Interface().(type) {
	case json.Marshaler:
		text, err := marshaler.MarshalJSON()
		if err != nil {
			return true, e.fail("does not become JSON: %v", err)
		}
		tree, err := DecodePlain(text)
		if err != nil {
			return true, e.fail("became %q, which is no JSON", text)
		}
		return true, e.encode(reflect.ValueOf(tree))
	case encoding.TextMarshaler:
		text, err := marshaler.MarshalText()
		if err != nil {
			return true, e.fail("does not become text: %v", err)
		}
		return true, e.string(string(text))
	}
	return false, nil
}

func (e *encoder) buffer(data ArrayBuffer) error {
	if !e.isPayload {
		return errNotPlain
	}
	e.text = strconv.AppendInt(append(e.text, `["$l",`...), int64(e.addRange(data)), 10)
	e.text = append(e.text, ']')
	return nil
}

func (e *encoder) view(kind string, data []byte, length int) error {
	if !e.isPayload {
		return errNotPlain
	}
	e.count++
	e.text = appendText(append(e.text, `["$v",`...), kind)
	e.text = strconv.AppendInt(append(e.text, ','), int64(e.addRange(data)), 10)
	e.text = strconv.AppendInt(append(e.text, ",0,"...), int64(length), 10)
	e.text = append(e.text, ']')
	return nil
}

func (e *encoder) addRange(data []byte) int {
	length := strconv.Itoa(len(data))
	if len(data) >= OutOfBand && e.sender != nil {
		e.ranges = append(e.ranges, "["+length+","+e.sender.Place(data)+"]")
	} else {
		e.ranges = append(e.ranges, length)
		e.inline = append(e.inline, data...)
	}
	return len(e.ranges) - 1
}

func widthOf(kind string) int {
	switch kind {
	case "Int16Array", "Uint16Array", "Float16Array":
		return 2
	case "Int32Array", "Uint32Array", "Float32Array":
		return 4
	case "Float64Array", "BigInt64Array", "BigUint64Array":
		return 8
	}
	return 1
}
