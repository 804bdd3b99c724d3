package wire_test

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/process-isolation/process-isolation/pihost/go/wire"
)

// goldenMessages are all messages of the worked example of docs/protocol.md.
func goldenMessages(t testing.TB) [][]byte {
	t.Helper()
	text, err := os.ReadFile("../../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var messages [][]byte
	inside := false
	for _, line := range strings.Split(string(text), "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```hex"
			continue
		case !inside || strings.HasPrefix(strings.TrimSpace(line), "{"):
			continue
		}
		digits := strings.TrimLeft(line, "→← ")
		part, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if strings.HasPrefix(line, " ") {
			messages[len(messages)-1] = append(messages[len(messages)-1], part...)
		} else {
			messages = append(messages, part)
		}
	}
	if len(messages) < 10 {
		t.Fatalf("found %d messages in docs/protocol.md", len(messages))
	}
	return messages
}

func TestGoldenMessagesKeepTheirMeaning(t *testing.T) {
	for _, message := range goldenMessages(t) {
		if length := binary.BigEndian.Uint32(message[1:]); int(length) != len(message)-wire.PrefixLength {
			t.Fatalf("% x: the prefix says %d bytes", message, length)
		}
		frame, err := wire.ParseFrame(message[wire.PrefixLength:])
		if err != nil {
			t.Fatalf("% x: %v", message, err)
		}
		again, err := wire.ParseFrame(wire.AppendMessage(nil, frame)[wire.PrefixLength:])
		if err != nil || !reflect.DeepEqual(again, frame) {
			t.Errorf("% x became %+v, %v", message, again, err)
		}
	}
}

func TestFirstGoldenMessageIsACall(t *testing.T) {
	frame, err := wire.ParseFrame(goldenMessages(t)[0][wire.PrefixLength:])
	if err != nil {
		t.Fatal(err)
	}
	want := &wire.Frame{
		Introductions: []wire.Introduction{{Handle: 1, Module: "./sample.mjs", Method: "add"}},
		CallIDs:       []uint32{1}, CallHandles: []uint32{1}, CallArgs: []byte("[[1,2]]"),
	}
	if !reflect.DeepEqual(frame, want) {
		t.Errorf("got %+v", frame)
	}
}

func TestBrokenFramesAreRefused(t *testing.T) {
	for name, digits := range map[string]string{
		"a length beyond the end":     "2205",
		"a varint that does not end":  "a801ff",
		"field 0":                     "00",
		"a group":                     "0b0c",
		"a number of 33 bits":         "1205ffffffff1f",
		"a column as a message":       "0801",
		"a fixed field that is short": "0d0102",
	} {
		t.Run(name, func(t *testing.T) {
			data, err := hex.DecodeString(digits)
			if err != nil {
				t.Fatal(err)
			}
			if frame, err := wire.ParseFrame(data); err == nil {
				t.Errorf("was taken as %+v", frame)
			}
		})
	}
}

func FuzzParseFrame(f *testing.F) {
	for _, message := range goldenMessages(f) {
		f.Add(message[wire.PrefixLength:])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := wire.ParseFrame(data)
		if err != nil {
			return
		}
		again, err := wire.ParseFrame(wire.AppendFrame(nil, frame))
		if err != nil {
			t.Fatalf("% x does not come back: %v", data, err)
		}
		if len(again.CallIDs) != len(frame.CallIDs) || len(again.Settlements) != len(frame.Settlements) {
			t.Fatalf("% x came back as %+v", data, again)
		}
	})
}
