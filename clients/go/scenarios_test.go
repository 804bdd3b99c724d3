package isolate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	isolate "github.com/process-isolation/process-isolation/clients/go"
	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// step is a step of ../scenarios.json; see ../README.md.
type step struct {
	Call       string         `json:"call"`
	Stream     string         `json:"stream"`
	Module     string         `json:"module"`
	Args       []any          `json:"args"`
	TimeoutMs  int            `json:"timeoutMs"`
	Cancel     bool           `json:"cancel"`
	Returns    any            `json:"returns"`
	Throws     *thrown        `json:"throws"`
	Called     []any          `json:"called"`
	Take       int            `json:"take"`
	Items      []any          `json:"items"`
	Count      int            `json:"count"`
	Last       any            `json:"last"`
	Meanwhile  *step          `json:"meanwhile"`
	Together   []step         `json:"together"`
	SetData    string         `json:"setData"`
	Value      any            `json:"value"`
	GetData    string         `json:"getData"`
	Status     map[string]any `json:"status"`
	Generation int            `json:"generation"`
	Shutdown   *struct {
		GraceMs int `json:"graceMs"`
	} `json:"shutdown"`
}

type thrown struct {
	Framework string         `json:"framework"`
	ExitCode  *int           `json:"exitCode"`
	Signal    string         `json:"signal"`
	Name      string         `json:"name"`
	Message   any            `json:"message"`
	Code      string         `json:"code"`
	Stack     string         `json:"stack"`
	Fields    map[string]any `json:"fields"`
	Cause     *thrown        `json:"cause"`
	Members   []thrown       `json:"members"`
	Thrown    any            `json:"thrown"`
}

type scenarioFile struct {
	Format    int    `json:"format"`
	Module    string `json:"module"`
	Scenarios []struct {
		Name  string `json:"name"`
		Steps []step `json:"steps"`
	} `json:"scenarios"`
}

func TestScenarios(t *testing.T) {
	text, err := os.ReadFile("../scenarios.json")
	if err != nil {
		t.Fatal(err)
	}
	var file scenarioFile
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if file.Format != 1 {
		t.Fatalf("the file has format %d, and this driver knows 1", file.Format)
	}
	folder, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, scenario := range file.Scenarios {
		t.Run(scenario.Name, func(t *testing.T) {
			d := &driver{t: t, iso: startNode(t, folder+"/"), module: filepath.Join(folder, file.Module)}
			for _, step := range scenario.Steps {
				if err := d.run(step); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// startNode starts a Node.js isolate that ends with the test.
func startNode(t *testing.T, from string) *isolate.Isolator {
	t.Helper()
	if _, err := os.Stat("../../dist/cli/main.mjs"); err != nil {
		t.Skip("the npm package is not built: node scripts/build.mjs")
	}
	return start(t, isolate.Options{Command: isolate.Node("../.."), From: from, Stdout: io.Discard, Stderr: io.Discard})
}

func start(t *testing.T, options isolate.Options) *isolate.Isolator {
	t.Helper()
	iso, err := isolate.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := iso.Shutdown(context.Background(), isolate.Shutdown{Reason: "the test is over", Grace: 100 * time.Millisecond}); err != nil {
			t.Error(err)
		}
	})
	return iso
}

type driver struct {
	t      *testing.T
	iso    *isolate.Isolator
	module string
}

func (d *driver) run(s step) error {
	ctx := d.t.Context()
	switch {
	case s.Call != "":
		return d.call(s)
	case s.Stream != "":
		return d.stream(s)
	case s.Together != nil:
		return d.together(s.Together)
	case s.SetData != "":
		return d.iso.SetData(ctx, s.SetData, toValue(s.Value, nil))
	case s.GetData != "":
		value, err := d.iso.GetData(ctx, s.GetData)
		return errors.Join(err, expect(value, s.Returns))
	case s.Status != nil:
		return d.status(s.Status)
	case s.Generation != 0:
		return expect(float64(d.iso.Generation()), float64(s.Generation))
	case s.Shutdown != nil:
		exit, err := d.iso.Shutdown(ctx, isolate.Shutdown{Grace: time.Duration(s.Shutdown.GraceMs) * time.Millisecond})
		return errors.Join(err, expect(float64(exit.Code), 0.0))
	}
	return fmt.Errorf("a step that this driver does not know: %+v", s)
}

func expect(got, notation any) error {
	if want := toValue(notation, nil); !sameValue(got, want) {
		return fmt.Errorf("got %.200s, want %.200s", fmt.Sprintf("%#v", got), fmt.Sprintf("%#v", want))
	}
	return nil
}

func (d *driver) together(steps []step) error {
	failures := make([]error, len(steps))
	var all sync.WaitGroup
	for index, each := range steps {
		all.Add(1)
		go func() {
			defer all.Done()
			failures[index] = d.run(each)
		}()
	}
	all.Wait()
	return errors.Join(failures...)
}

func (d *driver) call(s step) error {
	ctx, cancel := context.WithCancel(d.t.Context())
	defer cancel()
	if s.TimeoutMs > 0 {
		ctx, cancel = context.WithTimeout(ctx, time.Duration(s.TimeoutMs)*time.Millisecond)
		defer cancel()
	}
	module := d.module
	if s.Module != "" {
		module = s.Module
	}
	if s.Cancel {
		// The later call is answered after the process has got the one that is cancelled.
		time.AfterFunc(0, func() {
			for running := 0; running == 0; {
				status, err := d.iso.Status(d.t.Context())
				if err != nil {
					break
				}
				running = status.CallsInFlight
			}
			cancel()
		})
	}
	var lent []*lentFunction
	args, _ := toValue(s.Args, &lent).([]any)
	value, err := d.iso.Call(ctx, module, s.Call, args...)
	if s.Throws != nil {
		return expectError(err, *s.Throws)
	}
	if err != nil {
		return err
	}
	if s.Called != nil {
		if err := expect(lent[0].called, s.Called); err != nil {
			return err
		}
	}
	return expect(value, s.Returns)
}

func (d *driver) stream(s step) error {
	var items []any
	var failed error
	done := false
	args, _ := toValue(s.Args, nil).([]any)
	for item, err := range d.iso.Stream(d.t.Context(), d.module, s.Stream, args...) {
		if err != nil {
			failed = err
			break
		}
		if done {
			continue
		}
		items = append(items, item)
		if s.Take == 0 || len(items) < s.Take {
			continue
		}
		if s.Meanwhile == nil {
			break
		}
		done = true
		if err := d.run(*s.Meanwhile); err != nil {
			return err
		}
	}
	if s.Throws != nil {
		if err := expectError(failed, *s.Throws); err != nil {
			return err
		}
	} else if failed != nil {
		return failed
	}
	if s.Count > 0 {
		return errors.Join(expect(float64(len(items)), float64(s.Count)), expect(items[len(items)-1], s.Last))
	}
	if items == nil {
		items = []any{}
	}
	return expect(items, s.Items)
}

func (d *driver) status(want map[string]any) error {
	status, err := d.iso.Status(d.t.Context())
	if err != nil {
		return err
	}
	got := map[string]any{
		"state": string(status.State), "generation": float64(status.Generation), "callsInFlight": float64(status.CallsInFlight),
		"callsDone": float64(status.CallsDone), "callsFailed": float64(status.CallsFailed),
	}
	for name, value := range want {
		if err := expect(got[name], value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func expectError(err error, want thrown) error {
	var framework *isolate.Error
	var value *isolate.Thrown
	switch {
	case err == nil:
		return errors.New("nothing was thrown")
	case want.Thrown != nil:
		if !errors.As(err, &value) {
			return fmt.Errorf("got %v, want a thrown value", err)
		}
		return expect(value.Value, want.Thrown)
	case want.Framework == "":
		return expectUserError(err, want)
	case !errors.As(err, &framework) || framework.Code != want.Framework:
		return fmt.Errorf("got %v, want %s", err, want.Framework)
	case want.ExitCode != nil && framework.Facts["exitCode"] != *want.ExitCode:
		return fmt.Errorf("got the facts %v, want exit code %d", framework.Facts, *want.ExitCode)
	case want.Signal != "" && framework.Facts["signal"] != want.Signal:
		return fmt.Errorf("got the facts %v, want %s", framework.Facts, want.Signal)
	}
	return nil
}

func expectUserError(err error, want thrown) error {
	var remote *isolate.RemoteError
	if !errors.As(err, &remote) {
		return fmt.Errorf("got %v, want an error of the module", err)
	}
	if remote.Class != want.Name || want.Code != "" && remote.Code != want.Code || !strings.Contains(remote.Stack, want.Stack) {
		return fmt.Errorf("got %+v, want %+v", remote, want)
	}
	if err := expect(remote.Message, want.Message); err != nil {
		return err
	}
	for name, value := range want.Fields {
		if err := expect(remote.Fields[name], value); err != nil {
			return err
		}
	}
	if want.Cause != nil {
		if err := expectUserError(values.AsError(remote.Cause), *want.Cause); err != nil {
			return fmt.Errorf("cause: %w", err)
		}
	}
	for index, member := range want.Members {
		if err := expectUserError(values.AsError(remote.Members[index]), member); err != nil {
			return fmt.Errorf("member %d: %w", index, err)
		}
	}
	return nil
}
