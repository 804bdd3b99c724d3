// Package isolate starts isolated processes and calls into them from Go: Node.js modules, programs made with package pihost, or
// whatever else speaks the protocol of process-isolation.
//
//	iso, err := isolate.Start(ctx, isolate.Options{Command: isolate.Node("node_modules/process-isolation")})
//	…
//	defer iso.Shutdown(context.Background(), isolate.Shutdown{})
//	sum, err := iso.Call(ctx, "./math.mjs", "add", 1, 2)
//
// A process that crashes fails the calls that it ran, and is started again. Needs a POSIX system.
package isolate

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Options say what to start, and how to care for it. Command is the only one that must be there.
type Options struct {
	// Command is the executable and its arguments. The isolate's name becomes the last argument.
	Command []string
	// Name is the isolate's name, in errors and for the process. Default: the base name of the executable.
	Name string
	// From is the folder or file URL from which module names are resolved. Default: the working directory.
	From string
	// Dir is the working directory of the process. Default: that of this program.
	Dir string
	// Env is the environment of the process, "NAME=value" each. Default: PATH, HOME, USER, LANG, LC_*, TZ and TMPDIR.
	Env []string
	// Stdout and Stderr take what the process prints. Default: those of this program.
	Stdout, Stderr io.Writer
	// StartTimeout is how long a start may take. Default 10 s.
	StartTimeout time.Duration
	// Restart says how often a crashed process is started again.
	Restart Restart
	// OnExit is told of each process that ended, on a goroutine of the isolator, which waits for it: nothing in it may wait for a
	// call or for Shutdown.
	OnExit func(Exit)
}

// Restart bounds restarts after crashes.
type Restart struct {
	// Off turns restarting off.
	Off bool
	// Max is how many restarts there may be Within. Default 10 within 60 s.
	Max    int
	Within time.Duration
	// Initial is the wait before a restart that follows another failure; it doubles each time, up to Longest. The first restart
	// after a call was answered is immediate. Default 100 ms, up to 5 s.
	Initial, Longest time.Duration
}

// Exit tells how a process ended.
type Exit struct {
	// Generation is 1 for the first process, one more for each that follows.
	Generation int
	PID        int
	// Code is the exit code; -1 where a signal ended the process.
	Code int
	// Signal is its name, such as "SIGKILL"; empty where the process exited by itself.
	Signal string
	// Requested says that the end was asked for.
	Requested bool
	// StderrTail is the last of what it wrote to stderr, at most 8 KiB.
	StderrTail string
}

// Node is the command that starts a Node.js isolate.
//
// packageFolder is the folder of the npm package process-isolation: "node_modules/process-isolation". nodeFlags go before it.
func Node(packageFolder string, nodeFlags ...string) []string {
	command := append([]string{"node"}, nodeFlags...)
	return append(command, filepath.Join(packageFolder, "dist", "cli", "main.mjs"), "child")
}

func (o Options) resolve() (Options, error) {
	if len(o.Command) == 0 || o.Command[0] == "" {
		return o, invalid("Command must name an executable; it is %q", o.Command)
	}
	if o.Name == "" {
		o.Name = filepath.Base(o.Command[0])
	}
	if o.From == "" {
		folder, err := os.Getwd()
		if err != nil {
			return o, err
		}
		o.From = folder + "/"
	}
	if o.Env == nil {
		o.Env = defaultEnvironment()
	}
	if o.Stdout == nil {
		o.Stdout = os.Stdout
	}
	if o.Stderr == nil {
		o.Stderr = os.Stderr
	}
	o.StartTimeout = orDefault(o.StartTimeout, 10*time.Second)
	o.Restart.Max = orDefault(o.Restart.Max, 10)
	o.Restart.Within = orDefault(o.Restart.Within, time.Minute)
	o.Restart.Initial = orDefault(o.Restart.Initial, 100*time.Millisecond)
	o.Restart.Longest = orDefault(o.Restart.Longest, 5*time.Second)
	return o, nil
}

func orDefault[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

func defaultEnvironment() []string {
	kept := []string{}
	for _, each := range os.Environ() {
		name, _, _ := strings.Cut(each, "=")
		switch name {
		case "PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR":
			kept = append(kept, each)
		default:
			if strings.HasPrefix(name, "LC_") {
				kept = append(kept, each)
			}
		}
	}
	return kept
}
