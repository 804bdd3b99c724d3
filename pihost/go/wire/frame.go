// Package wire reads and writes the protobuf messages of a Session by hand, so that a pihost needs no library for them.
// See proto/pihost/v1/session.proto for what the fields mean.
package wire

// MaxFrame is the most bytes that one frame may have: 4 MiB.
const MaxFrame = 4 << 20

// Frame is a SessionFrame: everything that one side has to say since its last one.
type Frame struct {
	Introductions  []Introduction
	CallIDs        []uint32
	CallHandles    []uint32
	CallArgs       []byte // JSON: one array of arguments for each call
	CallDetails    []CallDetails
	Cancels        []uint32
	StreamResumes  []uint32
	ItemStreams    []uint32
	Items          []byte // JSON: one element for each item
	ItemPayloads   []IndexedPayload
	StreamEnds     []StreamEnd
	Aborts         []Abort
	ResultIDs      []uint32
	Results        []byte // JSON: one element for each result
	VoidIDs        []uint32
	Settlements    []Settlement
	StreamDemands  []StreamDemand
	StreamCloses   []StreamClose
	Releases       []uint32
	SegmentsRead   []uint32
	Chunks         []Chunk
	Ping           uint32
	Pong           uint32
	HandleReleases []uint32
}

// Introduction binds a handle of the sender to an export of a module, or to what the receiver has lent.
type Introduction struct {
	Handle    uint32
	Module    string
	Method    string
	Reference uint32
}

// CallDetails are what a call has beyond its columns.
type CallDetails struct {
	Index     uint32
	Args      *Payload
	Attempt   uint32
	TimeoutMs uint32
	Trace     map[string]string
}

// Payload is an encoded value: its bytes, or the JSON text of the place where they are.
type Payload struct {
	Inline []byte
	Place  string
}

// IndexedPayload is a value that stands for one element of a column.
type IndexedPayload struct {
	Index uint32
	Value Payload
}

// Settlement answers a call with a value that JSON cannot carry, or with an error. One of both is nil.
type Settlement struct {
	ID    uint32
	Value *Payload
	Error *Payload
}

// StreamEnd says that a stream of the sender is over; Error is nil where it did not fail.
type StreamEnd struct {
	Stream uint32
	Error  *Payload
}

// StreamDemand says how many items of a stream were taken since the last one.
type StreamDemand struct {
	Stream uint32
	Items  uint32
}

// StreamClose says that no more items are wanted; Error is nil unless the consumer threw into the stream.
type StreamClose struct {
	Stream uint32
	Error  *Payload
}

// Abort says that a signal of the sender was aborted.
type Abort struct {
	Signal uint32
	Reason *Payload
}

// Chunk is a part of a payload that is too large for one frame.
type Chunk struct {
	Payload uint32
	Data    []byte
	Dropped bool
}
