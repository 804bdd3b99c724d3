// Package handshake has the lines of JSON on descriptor 3; see docs/protocol.md.
package handshake

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

const (
	// Protocol is the version of the contract that this package speaks.
	Protocol = 1
	// Descriptor carries the handshake, SessionDescriptor the Session.
	Descriptor        = 3
	SessionDescriptor = 4
	// maxLine is the longest line that is read, in bytes.
	maxLine = 1 << 20
)

// FromProcess is a line of the process. One of its fields is set.
type FromProcess struct {
	Hello    *Hello    `json:"hello,omitempty"`
	Ready    *struct{} `json:"ready,omitempty"`
	Stopping *Stopping `json:"stopping,omitempty"`
}

// FromHost is a line of the host.
type FromHost struct {
	Go *Go `json:"go,omitempty"`
}

// Hello is the first line of the process.
type Hello struct {
	Protocol            uint32   `json:"protocol"`
	OldestProtocol      uint32   `json:"oldestProtocol,omitempty"`
	PID                 int      `json:"pid"`
	Runtime             string   `json:"runtime"`
	Version             string   `json:"version"`
	SessionOnDescriptor bool     `json:"sessionOnDescriptor,omitempty"`
	SharedMemory        bool     `json:"sharedMemory,omitempty"`
	Features            []string `json:"features,omitempty"`
	Values              []string `json:"values,omitempty"`
}

// Go is the host's answer.
type Go struct {
	Protocol            uint32            `json:"protocol"`
	Token               string            `json:"token"`
	Address             string            `json:"address,omitempty"`
	Isolate             string            `json:"isolate,omitempty"`
	Generation          uint32            `json:"generation,omitempty"`
	From                string            `json:"from,omitempty"`
	SharedMemory        string            `json:"sharedMemory,omitempty"`
	SessionOnDescriptor bool              `json:"sessionOnDescriptor,omitempty"`
	StrayDescriptors    []StrayDescriptor `json:"strayDescriptors,omitempty"`
	Features            []string          `json:"features,omitempty"`
	HostVersion         string            `json:"hostVersion,omitempty"`
	MaxPayload          Uint64            `json:"maxPayload,omitempty"`
}

// StrayDescriptor is one that the process has inherited by accident.
type StrayDescriptor struct {
	Number uint32 `json:"number"`
	File   string `json:"file"`
}

// Stopping says that a Shutdown was accepted.
type Stopping struct {
	Reason string `json:"reason,omitempty"`
}

// Uint64 is read as a number and as a string, and written as a string, as protobuf's JSON has it.
type Uint64 uint64

// UnmarshalJSON implements json.Unmarshaler.
func (u *Uint64) UnmarshalJSON(text []byte) error {
	if len(text) > 1 && text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	number, err := strconv.ParseUint(string(text), 10, 64)
	*u = Uint64(number)
	return err
}

// MarshalJSON implements json.Marshaler.
func (u Uint64) MarshalJSON() ([]byte, error) {
	return []byte(`"` + strconv.FormatUint(uint64(u), 10) + `"`), nil
}

// Write sends a line.
func Write(to io.Writer, line any) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	_, err = to.Write(append(text, '\n'))
	return err
}

// ErrLine says that a line is no message of the handshake.
var ErrLine = errors.New("a line that is no message of the handshake")

// Read reads a line into a FromHost or FromProcess. The error is io.EOF at the end, and ErrLine for what is no JSON.
func Read(from *bufio.Reader, line any) error {
	var text []byte
	for {
		part, err := from.ReadSlice('\n')
		text = append(text, part...)
		if len(text) > maxLine {
			return fmt.Errorf("%w: it is longer than %d bytes", ErrLine, maxLine)
		}
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
	if json.Unmarshal(text, line) != nil {
		return fmt.Errorf("%w: %.100q", ErrLine, text)
	}
	return nil
}
