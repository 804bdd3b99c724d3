package main

import (
	"context"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"goplugin/sums"
)

var handshake = plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "BENCH", MagicCookieValue: "adder"}

var plugins = map[string]plugin.Plugin{"adder": &adderPlugin{}}

// adderPlugin is the gRPC form of a plug-in, as go-plugin's examples have it.
type adderPlugin struct{ plugin.NetRPCUnsupportedPlugin }

func (*adderPlugin) GRPCServer(_ *plugin.GRPCBroker, server *grpc.Server) error {
	sums.RegisterAdderServer(server, &adderServer{})
	return nil
}

func (*adderPlugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, connection *grpc.ClientConn) (any, error) {
	client := sums.NewAdderClient(connection)
	return adder(func(ctx context.Context, a, b int) (int, error) {
		response, err := client.Add(ctx, &sums.AddRequest{A: int64(a), B: int64(b)})
		return int(response.GetSum()), err
	}), nil
}

type adderServer struct{ sums.UnimplementedAdderServer }

func (*adderServer) Add(_ context.Context, request *sums.AddRequest) (*sums.AddResponse, error) {
	return &sums.AddResponse{Sum: request.A + request.B}, nil
}

func servePlugin() {
	plugin.Serve(&plugin.ServeConfig{HandshakeConfig: handshake, Plugins: plugins, GRPCServer: plugin.DefaultGRPCServer})
}
