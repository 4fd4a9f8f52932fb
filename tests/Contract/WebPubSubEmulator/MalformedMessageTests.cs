using System.Net.WebSockets;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>Messages that json.webpubsub.azure.v1 does not know, or that are too big: how the connection ends.</summary>
public sealed class MalformedMessageTests : IAsyncLifetime
{
    private static readonly string[] AllRoles = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"];

    private TestInstance _instance = null!;

    public async Task InitializeAsync() => _instance = await TestInstance.StartAsync();

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Theory]
    [InlineData("not json", 1007)]
    [InlineData("[]", 1007)]
    [InlineData("{}", 1007)]
    [InlineData("""{"type":"unknown"}""", 1007)]
    [InlineData("""{"type":"joinGroup"}""", 1007)]
    [InlineData("""{"type":"joinGroup","group":" "}""", 1007)]
    [InlineData("""{"type":"joinGroup","group":"g","ackId":-1}""", 1007)]
    [InlineData("""{"type":"joinGroup","group":"g","ackId":"1"}""", 1007)]
    [InlineData("""{"type":"sendToGroup","group":"g"}""", 1007)]
    [InlineData("""{"type":"sendToGroup","group":"g","data":null}""", 1007)]
    [InlineData("""{"type":"sendToGroup","group":"g","data":1,"dataType":"text"}""", 1007)]
    [InlineData("""{"type":"sendToGroup","group":"g","data":"%","dataType":"binary"}""", 1007)]
    [InlineData("""{"type":"sendToGroup","group":"g","data":"a","dataType":"xml"}""", 1007)]
    [InlineData("""{"type":"sendToGroup","group":"g","data":1,"ttlSeconds":301}""", 1007)]
    [InlineData("""{"type":"sendToGroup","group":"g","data":1,"noEcho":"yes"}""", 1007)]
    [InlineData("""{"type":"sendToGroup","group":"g","data":"\ud800","dataType":"text"}""", 1007)]
    [InlineData("""{"type":"event","event":"a\nb","data":1}""", 1007)]
    [InlineData("""{"type":"event","event":"e","data":1,"metadata":{"\ud800":"x"}}""", 1007)]
    [InlineData("""{"type":"sendToGroup","group":"g","data":1,"stream":{"streamId":"s"}}""", 1007)]
    [InlineData("""{"type":"event","event":"e","data":1,"stream":{"streamId":"s"}}""", 1007)]
    [Feature("Clients", "Malformed messages close the connection")]
    public async Task A_malformed_message_closes_the_connection_with_its_reason(string message, int status)
    {
        await using var client = await _instance.ConnectAsync("ada", AllRoles);
        await using var other = await _instance.ConnectAsync("bob", AllRoles);

        await client.SendAsync(message);
        var told = await client.ReceiveAsync();
        var closed = await client.ClosedAsync();

        Assert.Equal("disconnected", told["event"]!.GetValue<string>());
        Assert.NotEqual("", told["message"]!.GetValue<string>());
        Assert.Equal(status, (int?)closed.Status);
        Assert.Empty(await other.DrainAsync());
    }

    [Theory]
    [InlineData("""{"type":"joinGroup","group":" ","ackId":7}""")]
    [InlineData("""{"type":"sendToGroup","group":"g","data":"%","dataType":"binary","ackId":7}""")]
    [InlineData("""{"ackId":7,"type":"sendToGroup","group":"g","data":"\ud800","dataType":"text"}""")]
    [InlineData("""{"type":"event","event":"","data":1,"ackId":7}""")]
    [InlineData("""{"type":"other","ackId":7}""")]
    [Feature("Clients", "Malformed messages close the connection")]
    public async Task A_malformed_message_with_ackId_is_refused_in_an_ack_before_the_close(string message)
    {
        await using var client = await _instance.ConnectAsync("ada", AllRoles);

        await client.SendAsync(message);
        var ack = await client.ReceiveAsync();
        var told = await client.ReceiveAsync();

        Assert.Equal("ack", ack["type"]!.GetValue<string>());
        Assert.Equal(7, ack["ackId"]!.GetValue<int>());
        Assert.False(ack["success"]!.GetValue<bool>());
        Assert.Equal("BadRequest", ack["error"]!["name"]!.GetValue<string>());
        Assert.Equal(told["message"]!.GetValue<string>(), ack["error"]!["message"]!.GetValue<string>());
        Assert.Equal(WebSocketCloseStatus.InvalidPayloadData, (await client.ClosedAsync()).Status);
    }

    [Theory]
    [InlineData("invoke")]
    [InlineData("streamData")]
    [InlineData("setGroupState")]
    [InlineData("sequenceAck")]
    [Feature("Not supported", "Invocation, streaming, group state", Support = FeatureSupport.Missing, Note = "The connection is closed with 1007.")]
    public async Task A_message_of_a_later_protocol_is_refused_by_name(string type)
    {
        await using var client = await _instance.ConnectAsync("ada", AllRoles);

        var told = await client.AskAsync($$"""{"type":"{{type}}"}""");

        Assert.Contains(type, told["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(WebSocketCloseStatus.InvalidPayloadData, (await client.ClosedAsync()).Status);
    }

    [Fact]
    [Feature("Clients", "Malformed messages close the connection")]
    public async Task A_binary_frame_is_no_JSON_message()
    {
        await using var client = await _instance.ConnectAsync();

        await client.SendAsync("""{"type":"ping"}"""u8.ToArray(), WebSocketMessageType.Binary);

        Assert.Equal(WebSocketCloseStatus.InvalidMessageType, (await client.ClosedAsync()).Status);
    }

    [Fact]
    [Feature("Clients", "Messages of 1 MB")]
    public async Task A_message_of_1_MB_passes_and_one_byte_more_closes_with_1009()
    {
        const int limit = 1024 * 1024;
        await using var client = await _instance.ConnectAsync(null, AllRoles);
        const string head = """{"type":"sendToGroup","group":"g","ackId":1,"data":""" + "\"";
        const string tail = "\"}";

        var full = await client.AskAsync(head + new string('x', limit - head.Length - tail.Length) + tail);
        await client.SendAsync(head + new string('x', limit - head.Length - tail.Length + 1) + tail);

        Assert.True(full["success"]!.GetValue<bool>());
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, (await client.ClosedAsync()).Status);
    }

    [Fact]
    [Feature("Clients", "Messages of 1 MB")]
    public async Task A_message_in_fragments_is_too_big_before_its_last_one()
    {
        const int limit = 1024 * 1024;
        await using var client = await _instance.ConnectAsync();

        await client.Socket.SendAsync(new byte[limit], WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
        await client.Socket.SendAsync(new byte[1], WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);

        Assert.Equal(WebSocketCloseStatus.MessageTooBig, (await client.ClosedAsync()).Status);
    }
}
