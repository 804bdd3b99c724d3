package session

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

const (
	// maxSegments and maxSegmentBytes are what a peer may have to read at a time.
	maxSegments     = 256
	maxSegmentBytes = 256 << 20
)

// segments are the files in a folder of shared memory by which both sides hand over large payloads. A nil one has none.
type segments struct {
	folder   string
	own      string
	foreign  string
	mu       sync.Mutex
	free     []uint32
	unread   map[uint32]int
	bytes    int
	last     uint32
	isClosed bool
}

func openSegments(folder, own string) *segments {
	if folder == "" {
		return nil
	}
	foreign := "h"
	if own == "h" {
		foreign = "p"
	}
	return &segments{folder: folder, own: own, foreign: foreign, unread: map[uint32]int{}}
}

// put writes a segment; ok is false where it has to be sent in chunks.
func (g *segments) put(data []byte) (number uint32, ok bool) {
	if g == nil || g.own == "" {
		return 0, false
	}
	number, ok = g.reserve(len(data))
	if !ok {
		return 0, false
	}
	if err := g.fill(number, data); err != nil {
		// The memory is full, or this process may not write there.
		g.mu.Lock()
		g.isClosed = g.isClosed || os.IsPermission(err)
		g.mu.Unlock()
		_ = os.Remove(g.path(g.own, number))
		g.wereRead([]uint32{number})
		return 0, false
	}
	return number, true
}

func (g *segments) reserve(length int) (number uint32, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isClosed || len(g.unread) >= maxSegments || g.bytes+length > maxSegmentBytes {
		return 0, false
	}
	if last := len(g.free) - 1; last >= 0 {
		number, g.free = g.free[last], g.free[:last]
	} else {
		g.last++
		number = g.last
	}
	g.unread[number] = length
	g.bytes += length
	return number, true
}

func (g *segments) path(letter string, number uint32) string {
	return filepath.Join(g.folder, letter+strconv.FormatUint(uint64(number), 10))
}

func (g *segments) fill(number uint32, data []byte) error {
	file, err := os.OpenFile(g.path(g.own, number), os.O_WRONLY|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.Write(data)
	return err
}

// wereRead makes segments free to be written again.
func (g *segments) wereRead(numbers []uint32) {
	if g == nil || len(numbers) == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, number := range numbers {
		if length, isUnread := g.unread[number]; isUnread {
			delete(g.unread, number)
			g.bytes -= length
			g.free = append(g.free, number)
		}
	}
}

// take reads a segment of the peer, which is not trusted: it may be a link, a pipe, or shorter than it says.
func (g *segments) take(number uint32, length int) ([]byte, error) {
	if g == nil {
		return nil, fmt.Errorf("segment %d is named where there is no shared memory", number)
	}
	path := g.path(g.foreign, number)
	descriptor, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("segment %d cannot be opened: %w", number, err)
	}
	file := os.NewFile(uintptr(descriptor), path)
	defer file.Close()
	var facts syscall.Stat_t
	if err := syscall.Fstat(descriptor, &facts); err != nil {
		return nil, err
	}
	isHonest := facts.Mode&syscall.S_IFMT == syscall.S_IFREG && facts.Nlink == 1 && facts.Size >= int64(length) &&
		facts.Blocks*512 >= int64(length)
	if !isHonest {
		return nil, fmt.Errorf("segment %d is no regular file that holds %d bytes", number, length)
	}
	data := make([]byte, length)
	if _, err := io.ReadFull(file, data); err != nil {
		return nil, fmt.Errorf("segment %d cannot be read: %w", number, err)
	}
	return data, nil
}

func (g *segments) close() {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.isClosed = true
}
