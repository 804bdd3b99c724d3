package values

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Receiver is what a decoder needs of the session: bytes that travelled beside the payload, and what references stand for.
type Receiver interface {
	// Fetch returns the bytes at a place, of which there must be so many.
	Fetch(place []byte, length int) ([]byte, error)
	// Borrow makes something usable of what the peer has lent.
	Borrow(reference Reference) (any, error)
}

// DecodePlain decodes the JSON of a column: nil, bool, float64, string, []any and map[string]any.
func DecodePlain(text []byte) (any, error) {
	tree, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	return plainOf(tree), nil
}

func plainOf(tree any) any {
	switch tree := tree.(type) {
	case []any:
		for index, item := range tree {
			tree[index] = plainOf(item)
		}
	case *object:
		fields := make(map[string]any, len(tree.names))
		for index, name := range tree.names {
			fields[name] = plainOf(tree.values[index])
		}
		return fields
	}
	return tree
}

// Decode decodes a payload. Beside what DecodePlain gives there are Undefined, *big.Int, time.Time, *Map, *Set, RegExp,
// []byte, ArrayBuffer, View, *Error, *FrameworkError, and what the receiver makes of references. An error tells what the
// peer has broken.
func Decode(payload []byte, receiver Receiver) (any, error) {
	if len(payload) < headerLength || payload[0] != formatVersion {
		return nil, errors.New("the payload is not of version 1 of the format")
	}
	length := binary.LittleEndian.Uint32(payload[1:])
	if uint64(length) > uint64(len(payload)-headerLength) {
		return nil, errors.New("the payload ends within its text")
	}
	end := headerLength + int(length)
	tree, err := parseJSON(payload[headerLength:end])
	if err != nil {
		return nil, err
	}
	outer, isList := tree.([]any)
	if !isList || len(outer) == 0 || len(outer) > 2 {
		return nil, errors.New("the payload's text is not [root] or [root, ranges]")
	}
	d := &decoder{receiver: receiver}
	if len(outer) == 2 {
		if err := d.readRanges(outer[1], payload[end:]); err != nil {
			return nil, err
		}
	}
	return d.decode(outer[0])
}

type decoder struct {
	receiver Receiver
	ranges   [][]byte
	objects  []any
	depth    int
}

func (d *decoder) readRanges(list any, bytes []byte) error {
	ranges, isList := list.([]any)
	if !isList {
		return errors.New("the ranges are no list")
	}
	for _, each := range ranges {
		length, place, err := rangeOf(each)
		if err != nil {
			return err
		}
		var data []byte
		if place == nil {
			if length > len(bytes) {
				return errors.New("the payload ends within its bytes")
			}
			data, bytes = bytes[:length:length], bytes[length:]
		} else if data, err = d.fetch(place, length); err != nil {
			return err
		}
		d.ranges = append(d.ranges, data)
	}
	return nil
}

func (d *decoder) fetch(place *object, length int) ([]byte, error) {
	if d.receiver == nil {
		return nil, errors.New("bytes elsewhere cannot be fetched here")
	}
	text, err := json.Marshal(plainOf(place))
	if err != nil {
		return nil, err
	}
	return d.receiver.Fetch(text, length)
}

func rangeOf(node any) (length int, place *object, err error) {
	list, isList := node.([]any)
	if !isList {
		length, err = intOf(node)
		return length, nil, err
	}
	if len(list) < 2 || len(list) > 3 {
		return 0, nil, errors.New("a range is not [length, place]")
	}
	length, err = intOf(list[0])
	place, _ = list[1].(*object)
	return length, place, err
}

func intOf(node any) (int, error) {
	number, isNumber := node.(float64)
	if !isNumber || number != math.Trunc(number) || number < 0 || number > maxSafeInteger {
		return 0, fmt.Errorf("%v is no whole number", node)
	}
	return int(number), nil
}

func (d *decoder) reserve(value any) int {
	d.objects = append(d.objects, value)
	return len(d.objects) - 1
}

func (d *decoder) decode(node any) (any, error) {
	switch node := node.(type) {
	case string:
		return d.text(node)
	case *object:
		fields := make(map[string]any, len(node.names))
		d.reserve(fields)
		return fields, d.fields(node, fields)
	case []any:
		return d.array(node)
	}
	return node, nil
}

func (d *decoder) enter() error {
	if d.depth++; d.depth > maxDepth+1 {
		return fmt.Errorf("the payload's objects lie deeper than %d inside one another", maxDepth)
	}
	return nil
}

func (d *decoder) fields(node *object, into map[string]any) error {
	if err := d.enter(); err != nil {
		return err
	}
	for index, name := range node.names {
		value, err := d.decode(node.values[index])
		if err != nil {
			return err
		}
		into[name] = value
	}
	d.depth--
	return nil
}

func (d *decoder) items(nodes []any, into []any) error {
	if err := d.enter(); err != nil {
		return err
	}
	for index, node := range nodes {
		value, err := d.decode(node)
		if err != nil {
			return err
		}
		into[index] = value
	}
	d.depth--
	return nil
}

func (d *decoder) text(text string) (any, error) {
	if !strings.HasPrefix(text, "$") {
		return text, nil
	}
	rest := text[1:]
	switch rest {
	case "u":
		return Undefined{}, nil
	case "n":
		return math.NaN(), nil
	case "-":
		return math.Copysign(0, -1), nil
	case "+":
		return math.Inf(1), nil
	case "_":
		return math.Inf(-1), nil
	case "":
		return nil, errors.New(`the marker "$" is not known`)
	}
	switch rest[0] {
	case '$':
		return rest, nil
	case 'i':
		return bigIntOf(rest[1:])
	case 'd':
		return d.date(rest[1:])
	case '@':
		number, err := strconv.Atoi(rest[1:])
		if err != nil || number < 0 || number >= len(d.objects) {
			return nil, fmt.Errorf("%q refers to no object", text)
		}
		return d.objects[number], nil
	}
	return nil, fmt.Errorf("the marker %.20q is not known", text)
}

// maxBigDigits is how many hexadecimal digits an integer may have. Making one of more takes long.
const maxBigDigits = 1 << 20

func bigIntOf(digits string) (any, error) {
	unsigned := strings.TrimPrefix(digits, "-")
	if unsigned == "" || len(unsigned) > maxBigDigits || strings.ContainsAny(unsigned, "+-_xX") {
		return nil, errors.New("a BigInt is not in hexadecimal digits, or has too many of them")
	}
	number, ok := new(big.Int).SetString(digits, 16)
	if !ok {
		return nil, errors.New("a BigInt is not in hexadecimal digits")
	}
	return number, nil
}

func (d *decoder) date(text string) (any, error) {
	var date time.Time
	if text != "NaN" {
		milliseconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || milliseconds > 864e13 || milliseconds < -864e13 {
			return nil, fmt.Errorf("%.30q is no date", text)
		}
		date = time.UnixMilli(milliseconds).UTC()
	}
	d.reserve(date)
	return date, nil
}
