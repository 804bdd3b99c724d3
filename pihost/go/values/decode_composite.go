package values

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

func (d *decoder) array(node []any) (any, error) {
	mark := ""
	if len(node) > 0 {
		mark, _ = node[0].(string)
	}
	if !strings.HasPrefix(mark, "$") || !isListMark(mark) {
		list := make([]any, len(node))
		d.reserve(list)
		return list, d.items(node, list)
	}
	read := composites[mark]
	if read == nil {
		return nil, fmt.Errorf("the marker %.20q is not known", mark)
	}
	return read(d, node[1:])
}

// isListMark tells a marker of a list from the first item of a plain one, such as "$u" or "$$x".
func isListMark(mark string) bool {
	return len(mark) == 2 && mark[1] >= 'a' && mark[1] <= 'z' && mark != "$u" && mark != "$n"
}

var composites map[string]func(*decoder, []any) (any, error)

func init() {
	composites = map[string]func(*decoder, []any) (any, error){
		"$m": (*decoder).mapOf,
		"$s": (*decoder).setOf,
		"$r": (*decoder).regExpOf,
		"$b": (*decoder).boxed,
		"$o": (*decoder).bare,
		"$a": (*decoder).sparse,
		"$e": (*decoder).errorOf,
		"$l": (*decoder).bufferOf,
		"$v": (*decoder).viewOf,
		"$x": (*decoder).borrowed,
	}
}

func (d *decoder) mapOf(content []any) (any, error) {
	if len(content)%2 != 0 {
		return nil, errors.New("a Map has a key without a value")
	}
	result := &Map{}
	d.reserve(result)
	flat := make([]any, len(content))
	err := d.items(content, flat)
	for index := 0; index < len(flat); index += 2 {
		result.Entries = append(result.Entries, Entry{Key: flat[index], Value: flat[index+1]})
	}
	return result, err
}

func (d *decoder) setOf(content []any) (any, error) {
	result := &Set{Members: make([]any, len(content))}
	d.reserve(result)
	return result, d.items(content, result.Members)
}

func (d *decoder) regExpOf(content []any) (any, error) {
	if len(content) != 3 {
		return nil, errors.New("a RegExp is not [source, flags, lastIndex]")
	}
	exp := RegExp{}
	exp.Source, _ = content[0].(string)
	exp.Flags, _ = content[1].(string)
	if index, isNumber := content[2].(float64); isNumber {
		exp.LastIndex = int(index)
	}
	d.reserve(exp)
	return exp, nil
}

// boxed gives the primitive: Go has no objects around them.
func (d *decoder) boxed(content []any) (any, error) {
	if len(content) != 1 {
		return nil, errors.New("an object around a primitive has not one content")
	}
	number := d.reserve(nil)
	value, err := d.decode(content[0])
	d.objects[number] = value
	return value, err
}

func (d *decoder) bare(content []any) (any, error) {
	fields := map[string]any{}
	d.reserve(fields)
	if len(content) != 1 {
		return nil, errors.New("an object without a prototype has not one content")
	}
	node, isObject := content[0].(*object)
	if !isObject {
		return nil, errors.New("an object without a prototype has no fields")
	}
	return fields, d.fields(node, fields)
}

// sparse refuses what a slice cannot be: the kind "sparse" is not among Kinds.
func (d *decoder) sparse([]any) (any, error) {
	return nil, errors.New("an array with holes or named properties is nothing that Go has")
}

func (d *decoder) bufferOf(content []any) (any, error) {
	if len(content) != 1 {
		return nil, errors.New("an ArrayBuffer is not [range]")
	}
	data, err := d.rangeAt(content[0])
	return ArrayBuffer(data), err
}

func (d *decoder) rangeAt(node any) ([]byte, error) {
	number, err := intOf(node)
	if err != nil || number >= len(d.ranges) {
		return nil, fmt.Errorf("%v is no range", node)
	}
	return d.ranges[number], nil
}

func (d *decoder) viewOf(content []any) (any, error) {
	if len(content) != 4 {
		return nil, errors.New("a view is not [kind, range, byteOffset, length]")
	}
	kind, _ := content[0].(string)
	data, err := d.rangeAt(content[1])
	if err != nil {
		return nil, err
	}
	offset, err := intOf(content[2])
	if err != nil || offset > len(data) {
		return nil, errors.New("a view begins behind the end of its bytes")
	}
	if content[3] != nil {
		length, err := intOf(content[3])
		if err != nil || length > (len(data)-offset)/widthOf(kind) {
			return nil, errors.New("a view ends behind the end of its bytes")
		}
		data = data[offset : offset+length*widthOf(kind)]
	} else {
		data = data[offset:]
	}
	var view any = View{Kind: kind, Data: data}
	if kind == "Uint8Array" || kind == "Buffer" {
		view = data
	}
	d.reserve(view)
	return view, nil
}

func (d *decoder) borrowed(content []any) (any, error) {
	number := d.reserve(nil)
	if len(content) != 1 {
		return nil, errors.New("something lent is not [descriptor]")
	}
	descriptor, isObject := content[0].(*object)
	if !isObject || d.receiver == nil {
		return nil, errors.New("what is lent cannot be used here")
	}
	text, err := json.Marshal(plainOf(descriptor))
	if err != nil {
		return nil, err
	}
	var reference Reference
	if err := json.Unmarshal(text, &reference); err != nil || reference.ID == 0 {
		return nil, errors.New("the descriptor of something lent has no id")
	}
	value, err := d.receiver.Borrow(reference)
	d.objects[number] = value
	return value, err
}

func (d *decoder) errorOf(content []any) (any, error) {
	parts, fields, err := errorNodes(content)
	if err != nil {
		return nil, err
	}
	text := func(name string) string { text, _ := parts.get(name).(string); return text }
	arrived := &Error{Class: text("class"), Base: text("base"), Message: text("message"), Stack: text("stack")}
	arrived.Fields = map[string]any{}
	if arrived.Class == "" {
		arrived.Class = "Error"
	}
	framework := &FrameworkError{Code: text("framework"), Message: text("message"), Stack: text("stack")}
	var whole any = arrived
	if framework.Code != "" {
		whole = framework
	}
	d.reserve(whole)
	if err := d.errorContents(arrived, parts, fields); err != nil {
		return nil, err
	}
	framework.Cause, framework.Facts = arrived.Cause, arrived.Fields
	if facts, nested := arrived.Fields["facts"].(map[string]any); nested {
		framework.Facts = facts
	}
	return whole, nil
}

// errorNodes gives the parts and the fields of an error, both of which may be left out from the end.
func errorNodes(content []any) (parts, fields *object, err error) {
	nodes := [2]*object{{}, {}}
	if len(content) > len(nodes) {
		return nil, nil, errors.New("an error is not [parts, fields]")
	}
	for index, node := range content {
		given, isObject := node.(*object)
		if !isObject {
			return nil, nil, errors.New("the parts or fields of an error are no object")
		}
		nodes[index] = given
	}
	return nodes[0], nodes[1], nil
}

func (d *decoder) errorContents(arrived *Error, parts, fields *object) (err error) {
	if err := d.enter(); err != nil {
		return err
	}
	switch code := parts.get("code").(type) {
	case string, float64:
		arrived.Code = code
	}
	if parts.has("cause") {
		if arrived.Cause, err = d.decode(parts.get("cause")); err != nil {
			return err
		}
	}
	if members, isList := parts.get("members").([]any); isList {
		arrived.Members = make([]any, len(members))
		if err := d.items(members, arrived.Members); err != nil {
			return err
		}
	}
	d.depth--
	if err := d.fields(fields, arrived.Fields); err != nil {
		return err
	}
	if name, named := arrived.Fields["name"].(string); named {
		arrived.Class = name
		delete(arrived.Fields, "name")
	}
	return nil
}
