import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import dev.processisolation.pihost.v1.HostServiceGrpc;
import dev.processisolation.pihost.v1.InvokeRequest;
import dev.processisolation.pihost.v1.RemoteError;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * usage: Errors SOCKET TOKEN MODULE, with one case in each line of stdin: TEXT MESSAGE_LENGTH STACK_LENGTH, the text in
 * hexadecimal. Has the module fail in that way, and prints {@code ok} or what was lost.
 */
public final class Errors {
  public static void main(String[] args) throws Exception {
    EpollEventLoopGroup loop = new EpollEventLoopGroup(1);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(args[0]))
            .eventLoopGroup(loop)
            .channelType(EpollDomainSocketChannel.class)
            .overrideAuthority("localhost")
            .usePlaintext()
            .build();
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + args[1]);
    HostServiceGrpc.HostServiceBlockingStub client =
        HostServiceGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    BufferedReader cases = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = cases.readLine(); line != null; line = cases.readLine()) {
      System.out.println(judge(client, args[2], line.split(" ")));
    }
    channel.shutdownNow();
    loop.shutdownGracefully();
  }

  private static String judge(HostServiceGrpc.HostServiceBlockingStub client, String module, String[] given)
      throws Exception {
    String text = new String(HexFormat.of().parseHex(given[0]), StandardCharsets.UTF_8);
    int message = Integer.parseInt(given[1]);
    ListValue args =
        ListValue.newBuilder()
            .addValues(Value.newBuilder().setStringValue(text))
            .addValues(Value.newBuilder().setNumberValue(message))
            .addValues(Value.newBuilder().setNumberValue(Integer.parseInt(given[2])))
            .build();
    InvokeRequest request = InvokeRequest.newBuilder().setModule(module).setMethod("fail").setArgs(args).build();
    try {
      client.invoke(request);
      return "it did not fail";
    } catch (StatusRuntimeException thrown) {
      com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
      if (status == null || status.getDetailsCount() == 0) return "no details: " + thrown.getMessage();
      RemoteError error = status.getDetails(0).unpack(RemoteError.class);
      // A message of any length comes with the beginning of it, and with a stack.
      boolean isEnough = error.getMessage().length() >= Math.min(message, 400) / 2 && !error.getStack().isEmpty();
      boolean isRight = thrown.getStatus().getCode() == Status.Code.UNKNOWN && error.getName().equals("TypeError");
      if (isEnough && isRight) return "ok";
      return thrown.getStatus().getCode()
          + " "
          + error.getName()
          + ": "
          + error.getMessage().length()
          + " and "
          + error.getStack().length();
    }
  }
}
