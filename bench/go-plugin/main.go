// Small calls of a Go program in another process, 64 at a time: by package pihost and isolate, and by the gRPC plug-in form of
// hashicorp/go-plugin. Both run in turn, in one run, on one machine.
//
//	go run . -seconds 3 -rounds 3
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	isolate "github.com/process-isolation/process-isolation/clients/go"
	"github.com/process-isolation/process-isolation/pihost/go"
)

const concurrency = 64

type adder func(ctx context.Context, a, b int) (int, error)

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "plugin":
			servePlugin()
			return
		case "pihost":
			pihost.Serve(pihost.Functions{"add": func(a, b int) int { return a + b }})
		}
	}
	seconds := flag.Float64("seconds", 2, "how long each is measured in a round")
	rounds := flag.Int("rounds", 3, "how often each is measured")
	flag.Parse()
	if err := compare(time.Duration(*seconds*float64(time.Second)), *rounds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func compare(length time.Duration, rounds int) error {
	ours, stopOurs, err := startPihost()
	if err != nil {
		return err
	}
	defer stopOurs()
	theirs, stopTheirs, err := startPlugin()
	if err != nil {
		return err
	}
	defer stopTheirs()
	var ourRates, theirRates []float64
	for range rounds {
		ourRates = append(ourRates, rate(ours, length))
		theirRates = append(theirRates, rate(theirs, length))
	}
	us, them := median(ourRates), median(theirRates)
	fmt.Printf("pihost    %9.0f calls/s\n", us)
	fmt.Printf("go-plugin %9.0f calls/s\n", them)
	fmt.Printf("%.1f times as many, %d at a time, median of %d rounds of %v\n", us/them, concurrency, rounds, length)
	return nil
}

func median(rates []float64) float64 {
	slices.Sort(rates)
	return rates[len(rates)/2]
}

// rate calls as fast as it can, and fails the run on a wrong answer.
func rate(add adder, length time.Duration) float64 {
	ctx := context.Background()
	var calls atomic.Int64
	var all sync.WaitGroup
	begin := time.Now()
	for caller := range concurrency {
		all.Add(1)
		go func() {
			defer all.Done()
			for number := caller; time.Since(begin) < length; number++ {
				if sum, err := add(ctx, number, 1); err != nil || sum != number+1 {
					panic(fmt.Sprintf("%d + 1 gave %d, %v", number, sum, err))
				}
				calls.Add(1)
			}
		}()
	}
	all.Wait()
	return float64(calls.Load()) / time.Since(begin).Seconds()
}

func startPihost() (adder, func(), error) {
	iso, err := isolate.Start(context.Background(), isolate.Options{Command: []string{os.Args[0], "pihost"}})
	if err != nil {
		return nil, nil, err
	}
	add := func(ctx context.Context, a, b int) (sum int, err error) {
		err = iso.CallInto(ctx, &sum, "./sums", "add", a, b)
		return sum, err
	}
	return add, func() { _, _ = iso.Shutdown(context.Background(), isolate.Shutdown{}) }, nil
}

func startPlugin() (adder, func(), error) {
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: handshake, Plugins: plugins, Cmd: exec.Command(os.Args[0], "plugin"),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger:           hclog.New(&hclog.LoggerOptions{Output: io.Discard}),
	})
	protocol, err := client.Client()
	if err != nil {
		return nil, nil, err
	}
	raw, err := protocol.Dispense("adder")
	if err != nil {
		return nil, nil, err
	}
	return raw.(adder), client.Kill, nil
}
