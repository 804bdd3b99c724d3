package isolate_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"math/big"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// lentFunction notes the calls of a $function.
type lentFunction struct {
	mu     sync.Mutex
	called []any
}

// toValue is the value that the notation of clients/README.md stands for; functions among them are noted in lent.
func toValue(notation any, lent *[]*lentFunction) any {
	switch notation := notation.(type) {
	case []any:
		list := make([]any, len(notation))
		for index, item := range notation {
			list[index] = toValue(item, lent)
		}
		return list
	case map[string]any:
		for mark, content := range notation {
			if read := notations[mark]; read != nil {
				return read(content)
			}
			if mark == "$function" {
				return toFunction(content.(map[string]any), lent)
			}
		}
		fields := map[string]any{}
		for name, value := range notation {
			fields[name] = toValue(value, lent)
		}
		return fields
	}
	return notation
}

var notations map[string]func(any) any

func init() {
	notations = map[string]func(any) any{
		"$undefined": func(any) any { return values.Undefined{} },
		"$number":    toNumber,
		"$bigint":    func(digits any) any { number, _ := new(big.Int).SetString(digits.(string), 10); return number },
		"$date":      func(milliseconds any) any { return time.UnixMilli(int64(milliseconds.(float64))).UTC() },
		"$bytes":     func(digits any) any { data, _ := hex.DecodeString(digits.(string)); return data },
		"$map":       toMap,
		"$set":       func(members any) any { return &values.Set{Members: toValue(members, nil).([]any)} },
		"$repeat": func(content any) any {
			pair := content.([]any)
			return strings.Repeat(pair[0].(string), int(pair[1].(float64)))
		},
		"$repeatBytes": func(content any) any {
			pair := content.([]any)
			data, _ := hex.DecodeString(pair[0].(string))
			return bytes.Repeat(data, int(pair[1].(float64)))
		},
	}
}

func toNumber(text any) any {
	switch text {
	case "NaN":
		return math.NaN()
	case "-0":
		return math.Copysign(0, -1)
	case "Infinity":
		return math.Inf(1)
	}
	return math.Inf(-1)
}

func toMap(pairs any) any {
	result := &values.Map{}
	for _, pair := range pairs.([]any) {
		entry := toValue(pair, nil).([]any)
		result.Entries = append(result.Entries, values.Entry{Key: entry[0], Value: entry[1]})
	}
	return result
}

func toFunction(content map[string]any, lent *[]*lentFunction) any {
	noted := &lentFunction{}
	*lent = append(*lent, noted)
	return func(args ...any) (any, error) {
		noted.mu.Lock()
		defer noted.mu.Unlock()
		noted.called = append(noted.called, args)
		if message, throws := content["throws"].(string); throws {
			return nil, errors.New(message)
		}
		return toValue(content["returns"].([]any)[len(noted.called)-1], nil), nil
	}
}

// sameValue is reflect.DeepEqual with NaN equal to itself, and -0 not to 0.
func sameValue(got, want any) bool {
	switch want := want.(type) {
	case float64:
		number, isNumber := got.(float64)
		return isNumber && math.Float64bits(number) == math.Float64bits(want) || math.IsNaN(want) && math.IsNaN(number)
	case *big.Int:
		number, isBig := got.(*big.Int)
		return isBig && number.Cmp(want) == 0
	case []byte:
		data, isBytes := got.([]byte)
		return isBytes && bytes.Equal(data, want)
	case []any:
		list, isList := got.([]any)
		if !isList || len(list) != len(want) {
			return false
		}
		for index := range want {
			if !sameValue(list[index], want[index]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(got, want)
}
