package session

import (
	"runtime"

	"github.com/process-isolation/process-isolation/pihost/go/wire"
)

const (
	// frameText is how many bytes of JSON and payloads are gathered in one frame: 256 KiB.
	frameText = 256 << 10
	// frameEntries is how many calls, results and items are.
	frameEntries = 512
	// entryWeight is what an entry counts as, in bytes, so that one number bounds both.
	entryWeight = frameText / frameEntries
	// keptBuffer is the longest buffer that the writer uses again.
	keptBuffer = 1 << 20
)

// say adds a small entry to the frame that leaves next.
func (s *Session) say(add func(draft *wire.Frame)) { s.sayLong(0, add) }

// sayLong adds an entry of so many bytes.
func (s *Session) sayLong(length int, add func(draft *wire.Frame)) {
	s.mu.Lock()
	add(&s.draft)
	s.added(length)
	s.mu.Unlock()
}

// added counts an entry of so many bytes, and wakes the writer. mu is held.
func (s *Session) added(length int) {
	if s.weight == 0 {
		s.wake.Signal()
	}
	s.weight += length + entryWeight
	if s.weight >= frameText {
		s.seal()
	}
}

// seal closes the draft: what is said from now on is in a later frame. mu is held.
func (s *Session) seal() {
	if s.weight == 0 {
		return
	}
	frame := s.draft
	s.sealed = append(s.sealed, &frame)
	s.draft, s.weight = wire.Frame{}, 0
	s.wake.Signal()
}

// write sends what was said until the Session is over. Everything that was said while a frame was being written is in the
// next one, so that a burst costs few of them.
func (s *Session) write() {
	var buffer []byte
	for {
		frames, ok := s.nextFrames()
		if !ok {
			close(s.flushed)
			return
		}
		buffer = buffer[:0]
		for _, frame := range frames {
			closeColumns(frame)
			buffer = wire.AppendMessage(buffer, frame)
		}
		if _, err := s.lane.Write(buffer); err != nil {
			s.end(err)
			close(s.flushed)
			return
		}
		if cap(buffer) > keptBuffer {
			buffer = nil
		}
	}
}

func (s *Session) nextFrames() (frames []*wire.Frame, ok bool) {
	s.mu.Lock()
	for s.weight == 0 && len(s.sealed) == 0 && len(s.uploads) == 0 && s.failure == nil && !s.closing {
		s.wake.Wait()
	}
	if s.weight > 0 && s.weight < frameText/2 {
		// Others that are about to say something get their turn, and go along.
		s.mu.Unlock()
		runtime.Gosched()
		s.mu.Lock()
	}
	defer s.mu.Unlock()
	if s.failure != nil {
		return nil, false
	}
	s.seal()
	frames, s.sealed = s.sealed, nil
	if chunk := s.nextChunk(); chunk != nil {
		frames = append(frames, chunk)
	}
	return frames, len(frames) > 0 || !s.closing
}

// closeColumns ends the JSON texts, which are open while entries are added.
func closeColumns(frame *wire.Frame) {
	for _, column := range []*[]byte{&frame.CallArgs, &frame.Items, &frame.Results} {
		if len(*column) > 0 {
			*column = append(*column, ']')
		}
	}
}

// openElement begins the next element of a column.
func openElement(column []byte) []byte {
	if len(column) == 0 {
		return append(column, '[')
	}
	return append(column, ',')
}

// Flush waits until everything that was said has left. Nothing can be said afterwards.
func (s *Session) Flush() {
	s.mu.Lock()
	s.closing = true
	s.wake.Broadcast()
	s.mu.Unlock()
	<-s.flushed
}
