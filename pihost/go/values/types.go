// Package values turns Go values into the payloads of the protocol, and payloads into Go values.
// docs/protocol.md has the format.
package values

import "math/big"

// Undefined is JavaScript's undefined, which is not null: nil is null.
type Undefined struct{}

// Map is a JavaScript Map: pairs in their order, with keys of any kind. Go maps whose keys are not strings cross as one.
type Map struct{ Entries []Entry }

// Entry is a pair of a Map.
type Entry struct{ Key, Value any }

// Get returns the value of a key that is a string, a number (float64), a bool or nil.
func (m *Map) Get(key any) (value any, found bool) {
	for _, entry := range m.Entries {
		if isComparable(entry.Key) && entry.Key == key {
			return entry.Value, true
		}
	}
	return nil, false
}

// Set is a JavaScript Set: members in their order.
type Set struct{ Members []any }

// RegExp is a JavaScript regular expression. Go's regexp has another syntax, so its source is kept as it is.
type RegExp struct {
	Source, Flags string
	LastIndex     int
}

// ArrayBuffer is a JavaScript ArrayBuffer. A []byte crosses as a Uint8Array.
type ArrayBuffer []byte

// View is a typed array other than Uint8Array and Buffer, or a DataView: the name of its class, and its bytes, in the byte
// order of the machine.
type View struct {
	Kind string
	Data []byte
}

// Reference is what a peer has lent, as the format describes it. The session turns it into something that can be used.
type Reference struct {
	Kind string `json:"kind"`
	ID   uint32 `json:"id"`
	Kept bool   `json:"kept,omitempty"`
}

// Kinds lists what the payloads of this package carry beside JSON, in the names of a hello.
var Kinds = []string{
	"undefined", "number", "bigint", "date", "map", "set", "regexp", "bytes", "views", "error", "cycles",
}

const (
	formatVersion = 1
	headerLength  = 5
	// maxDepth is how deep objects may lie inside one another.
	maxDepth = 1000
	// maxSafeInteger is the largest integer up to which JavaScript's numbers have all.
	maxSafeInteger = 1<<53 - 1
)

func isComparable(value any) bool {
	switch value.(type) {
	case nil, string, bool, float64, *big.Int:
		return true
	}
	return false
}
