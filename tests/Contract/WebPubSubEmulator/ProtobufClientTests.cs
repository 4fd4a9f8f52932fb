using System.Net.WebSockets;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ServerlessGateway.Tests.Support;
using ServerlessGateway.WebPubSubEmulator.Hub.Wire;
using static ServerlessGateway.WebPubSubEmulator.Hub.Wire.UpstreamMessage.Types;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>
/// protobuf.webpubsub.azure.v1 and protobuf.reliable.webpubsub.azure.v1 over real sockets, beside clients of the other
/// protocols. The field numbers are held by the unit tests of the codec.
/// </summary>
public sealed class ProtobufClientTests : IAsyncLifetime
{
    private static readonly string[] AllRoles = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"];

    private TestHandler _handler = null!;
    private TestInstance _instance = null!;

    public async Task InitializeAsync()
    {
        _handler = await TestHandler.StartAsync();
        _instance = await TestInstance.StartAsync(_handler.Config());
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _handler.DisposeAsync();
    }

    [Theory]
    [InlineData(TestClient.Protobuf)]
    [InlineData(TestClient.ReliableProtobuf)]
    [Feature("Clients", "protobuf.webpubsub.azure.v1")]
    [Feature("Reliable clients", "protobuf.reliable.webpubsub.azure.v1")]
    public async Task Join_send_leave_and_ping_work_as_in_JSON(string subprotocol)
    {
        var (client, connected) = await ConnectAsync("ada", subprotocol);
        await using var _ = client;

        Assert.Equal("ada", connected.UserId);
        Assert.Equal(subprotocol == TestClient.ReliableProtobuf, connected.HasReconnectionToken);
        var joined = await AskAsync(client, new UpstreamMessage { JoinGroupMessage = new JoinGroupMessage { Group = "g", AckId = 1 } });
        Assert.True(joined.AckMessage.Success);
        await SendAsync(client, new UpstreamMessage
        {
            SendToGroupMessage = new SendToGroupMessage { Group = "g", Data = Text("hi"), AckId = ulong.MaxValue, NoEcho = false },
        });
        var message = (await ReceiveAsync(client)).DataMessage;
        Assert.Equal(("group", "g", "hi"), (message.From, message.Group, message.Data.TextData.ToStringUtf8()));
        Assert.Equal(subprotocol == TestClient.ReliableProtobuf ? 1UL : 0, message.SequenceId);
        Assert.Equal(ulong.MaxValue, (await ReceiveAsync(client)).AckMessage.AckId);

        var again = await AskAsync(client, new UpstreamMessage { JoinGroupMessage = new JoinGroupMessage { Group = "g", AckId = 1 } });
        Assert.Equal("Duplicate", again.AckMessage.Error.Name);
        await SendAsync(client, new UpstreamMessage
        {
            SendToGroupMessage = new SendToGroupMessage { Group = "g", Data = Text("silent"), NoEcho = true },
        });
        var left = await AskAsync(client, new UpstreamMessage { LeaveGroupMessage = new LeaveGroupMessage { Group = "g", AckId = 2 } });
        Assert.True(left.AckMessage.Success);
        var pong = await AskAsync(client, new UpstreamMessage { PingMessage = new PingMessage() });
        Assert.Equal(DownstreamMessage.MessageOneofCase.PongMessage, pong.MessageCase);
    }

    [Fact]
    [Feature("Clients", "protobuf.webpubsub.azure.v1")]
    public async Task Every_data_type_crosses_to_JSON_and_plain_clients_and_back()
    {
        var (sender, _) = await ConnectAsync("ada", TestClient.Protobuf);
        await using var json = await _instance.ConnectAsync("json", AllRoles, ["g"]);
        await using var plain = await _instance.ConnectAsync("plain", null, ["g"], subprotocol: null);
        var any = Any.Pack(new Int32Value { Value = 1 }).ToByteString();

        foreach (var data in new[]
        {
            Text("héllo"),
            new MessageData { BinaryData = ByteString.CopyFrom(1, 2, 3) },
            new MessageData { ProtobufData = any },
            new MessageData { JsonData = ByteString.CopyFromUtf8("""{"a":1}""") },
        })
        {
            await SendAsync(sender, new UpstreamMessage { SendToGroupMessage = new SendToGroupMessage { Group = "g", Data = data } });
        }

        await using var _ = sender;
        var seen = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var message = await json.ReceiveAsync();
            seen.Add($"{message["dataType"]} {message["data"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })}");
        }

        Assert.Equal(["text \"héllo\"", "binary \"AQID\"", $"protobuf \"{any.ToBase64()}\"", """json {"a":1}"""], seen);
        Assert.Equal("héllo", await plain.ReceiveTextAsync());
        Assert.Equal([1, 2, 3], (await plain.ReceiveFrameAsync()).Bytes);
        Assert.Equal(any.ToByteArray(), (await plain.ReceiveFrameAsync()).Bytes);
        Assert.Equal("""{"a":1}""", await plain.ReceiveTextAsync());
    }

    [Fact]
    [Feature("Clients", "protobuf.webpubsub.azure.v1")]
    public async Task REST_sends_arrive_by_their_content_type_with_metadata()
    {
        var (client, _) = await ConnectAsync("ada", TestClient.Protobuf);
        await using var _2 = client;

        await _instance.AcceptedAsync("/users/ada/:send", "text");
        await _instance.AcceptedAsync("/users/ada/:send", "[1]", "application/json");
        await _instance.AcceptedAsync("/users/ada/:send?filter=protocol eq 'protobuf.webpubsub.azure.v1'", "b", "application/octet-stream");

        Assert.Equal("text", (await ReceiveAsync(client)).DataMessage.Data.TextData.ToStringUtf8());
        Assert.Equal("[1]", (await ReceiveAsync(client)).DataMessage.Data.JsonData.ToStringUtf8());
        var last = (await ReceiveAsync(client)).DataMessage;
        Assert.Equal(("server", false, "b"), (last.From, last.HasGroup, last.Data.BinaryData.ToStringUtf8()));
    }

    [Fact]
    [Feature("Clients", "protobuf.webpubsub.azure.v1")]
    public async Task An_event_reaches_the_handler_as_x_protobuf_and_its_answer_comes_back_so()
    {
        var any = Any.Pack(new Int32Value { Value = 7 }).ToByteString();
        _handler.Answer = async (request, response) =>
        {
            response.ContentType = request.Header("Content-Type");
            await response.Body.WriteAsync(request.Body);
        };
        var (client, _) = await ConnectAsync("ada", TestClient.Protobuf);
        await using var _2 = client;

        var raised = new EventMessage { Event = "e", AckId = 1, Data = new MessageData { ProtobufData = any } };
        raised.Metadata.Add("k", "v");
        await SendAsync(client, new UpstreamMessage { EventMessage = raised });

        var seen = await _handler.NextAsync();
        Assert.Equal(("application/x-protobuf", "v"), (seen.Header("Content-Type"), seen.Header("x-webpubsub-metadata-k")));
        Assert.Equal(any.ToByteArray(), seen.Body);
        Assert.Equal(any, (await ReceiveAsync(client)).DataMessage.Data.ProtobufData);
        Assert.True((await ReceiveAsync(client)).AckMessage.Success);
    }

    [Fact]
    [Feature("Reliable clients", "protobuf.reliable.webpubsub.azure.v1")]
    public async Task A_lost_socket_is_recovered()
    {
        var (client, connected) = await ConnectAsync("ada", TestClient.ReliableProtobuf);
        await using var _ = client;
        await _instance.AcceptedAsync("/users/ada/:send", "1");
        await _instance.AcceptedAsync("/users/ada/:send", "2");
        await ReceiveAsync(client);
        await ReceiveAsync(client);
        await SendAsync(client, new UpstreamMessage { SequenceAckMessage = new SequenceAckMessage { SequenceId = 1 } });
        await AskAsync(client, new UpstreamMessage { PingMessage = new PingMessage() });
        client.Socket.Abort();

        await using var back = await TestClient.OpenAsync(
            _instance.ClientUrl(extra: $"?awps_connection_id={connected.ConnectionId}&awps_reconnection_token={connected.ReconnectionToken}"),
            TestClient.ReliableProtobuf);

        Assert.Equal(connected.ConnectionId, (await ReceiveAsync(back)).SystemMessage.ConnectedMessage.ConnectionId);
        var message = (await ReceiveAsync(back)).DataMessage;
        Assert.Equal((2UL, "2"), (message.SequenceId, message.Data.TextData.ToStringUtf8()));
    }

    [Fact]
    [Feature("Clients", "Messages of 1 MB")]
    public async Task A_message_of_1_MB_passes_and_one_byte_more_closes_with_1009()
    {
        const int limit = 1024 * 1024;
        var (client, _) = await ConnectAsync("ada", TestClient.ReliableProtobuf, ["g"]);
        await using var _2 = client;
        var request = new UpstreamMessage
        {
            SendToGroupMessage = new SendToGroupMessage { Group = "g", Data = new MessageData { BinaryData = ByteString.CopyFrom(new byte[limit]) } },
        };
        var size = limit - (request.CalculateSize() - limit);
        request.SendToGroupMessage.Data.BinaryData = ByteString.CopyFrom(new byte[size]);
        Assert.Equal(limit, request.CalculateSize());

        await SendAsync(client, request);
        var echoed = await ReceiveAsync(client);
        request.SendToGroupMessage.Data.BinaryData = ByteString.CopyFrom(new byte[size + 1]);
        await SendAsync(client, request);

        Assert.Equal(size, echoed.DataMessage.Data.BinaryData.Length);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, (await client.ClosedAsync()).Status);
    }

    [Theory]
    [InlineData("FF", WebSocketMessageType.Binary, WebSocketCloseStatus.InvalidPayloadData)]
    [InlineData("5200", WebSocketMessageType.Binary, WebSocketCloseStatus.InvalidPayloadData)]
    [InlineData("4A00", WebSocketMessageType.Text, WebSocketCloseStatus.InvalidMessageType)]
    [Feature("Clients", "Malformed messages close the connection")]
    public async Task A_frame_that_is_none_closes_the_connection_with_its_reason(
        string hex, WebSocketMessageType type, WebSocketCloseStatus status)
    {
        var (client, _) = await ConnectAsync("ada", TestClient.Protobuf);
        await using var _2 = client;

        await client.SendAsync(Convert.FromHexString(hex), type);

        Assert.NotEqual("", (await ReceiveAsync(client)).SystemMessage.DisconnectedMessage.Reason);
        Assert.Equal(status, (await client.ClosedAsync()).Status);
    }

    [Fact]
    [Feature("Clients", "Malformed messages close the connection")]
    public async Task A_malformed_message_with_ack_id_is_refused_in_an_ack_before_the_close()
    {
        UpstreamMessage[] malformed =
        [
            new() { JoinGroupMessage = new JoinGroupMessage { Group = " ", AckId = 7 } },
            new() { LeaveGroupMessage = new LeaveGroupMessage { Group = "", AckId = 7 } },
            new() { SendToGroupMessage = new SendToGroupMessage { Group = "g", AckId = 7 } },
            new() { EventMessage = new EventMessage { Event = "", AckId = 7, Data = Text("x") } },
        ];
        foreach (var message in malformed)
        {
            var (client, _) = await ConnectAsync("ada", TestClient.Protobuf);
            await using var _2 = client;

            var ack = (await AskAsync(client, message)).AckMessage;

            Assert.Equal((7ul, false, "BadRequest"), (ack.AckId, ack.Success, ack.Error.Name));
            Assert.Equal(ack.Error.Message, (await ReceiveAsync(client)).SystemMessage.DisconnectedMessage.Reason);
            Assert.Equal(WebSocketCloseStatus.InvalidPayloadData, (await client.ClosedAsync()).Status);
        }
    }

    private static MessageData Text(string text) => new() { TextData = ByteString.CopyFromUtf8(text) };

    private static Task SendAsync(TestClient client, UpstreamMessage message) =>
        client.SendAsync(message.ToByteArray(), WebSocketMessageType.Binary);

    private static async Task<DownstreamMessage> ReceiveAsync(TestClient client)
    {
        var (type, bytes) = await client.ReceiveFrameAsync();
        Assert.Equal(WebSocketMessageType.Binary, type);
        return DownstreamMessage.Parser.ParseFrom(bytes);
    }

    private static async Task<DownstreamMessage> AskAsync(TestClient client, UpstreamMessage message)
    {
        await SendAsync(client, message);
        return await ReceiveAsync(client);
    }

    private async Task<(TestClient Client, DownstreamMessage.Types.SystemMessage.Types.ConnectedMessage Connected)> ConnectAsync(
        string userId, string subprotocol, string[]? groups = null)
    {
        var client = await _instance.ConnectAsync(userId, AllRoles, groups, subprotocol);
        return (client, (await ReceiveAsync(client)).SystemMessage.ConnectedMessage);
    }
}
