using System.Text;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Hub;

public sealed class HubCoreTests
{
    [Fact]
    public void A_broadcast_is_encoded_once_and_its_bytes_are_shared()
    {
        var hub = CreateSut();
        var first = Open(hub, "1", ClientProtocol.Json);
        var second = Open(hub, "2", ClientProtocol.Json);

        hub.Send(Target.All, SendScope.Everyone, Delivery.FromServer(Text("x")));

        Assert.True(Frames(first)[1].Bytes.Equals(Frames(second)[1].Bytes));
    }

    [Fact]
    public void A_full_outbox_ends_its_connection_as_slow_and_no_other()
    {
        var hub = CreateSut(new HubLimits { MaxOutboxFrames = 2 });
        var slow = Open(hub, "slow");
        var quick = Open(hub, "quick");

        for (var i = 0; i < 3; i++)
        {
            hub.Send(Target.All, SendScope.Everyone, Delivery.FromServer(Text($"{i}")));
            Assert.Equal([$"{i}"], Frames(quick).Select(frame => Encoding.UTF8.GetString(frame.Bytes.Span)));
        }

        Assert.Equal(EndKind.SlowClient, slow.Outbox.End!.Kind);
        Assert.Equal(ConnectionEnd.PolicyViolation, slow.Outbox.End.CloseStatus);
        Assert.Empty(Frames(slow));
        Assert.Null(hub.Find("slow"));
        Assert.Null(quick.Outbox.End);
    }

    [Fact]
    public void An_outbox_is_bounded_by_bytes_too_and_taking_makes_room()
    {
        var outbox = new Outbox(100, 10, null, new FakeTimeProvider());

        Assert.Equal(OutboxResult.Queued, outbox.TryEnqueue(new OutboundFrame(new byte[6], true)));
        Assert.Equal(OutboxResult.Full, outbox.TryEnqueue(new OutboundFrame(new byte[5], true)));
        Assert.True(outbox.TryDequeue(out _, out _));
        Assert.Equal(OutboxResult.Queued, outbox.TryEnqueue(new OutboundFrame(new byte[10], true)));
    }

    [Fact]
    public void The_reader_of_an_outbox_learns_of_the_end_after_the_last_frame_and_only_the_first_end_counts()
    {
        var outbox = new Outbox(10, 10, null, new FakeTimeProvider());
        outbox.TryEnqueue(new OutboundFrame(new byte[1], true));

        Assert.True(outbox.Complete(ConnectionEnd.ByServer("first"), discard: false));
        Assert.False(outbox.Complete(ConnectionEnd.SlowClient, discard: true));

        Assert.Equal(OutboxResult.Ended, outbox.TryEnqueue(new OutboundFrame(new byte[1], true)));
        Assert.True(outbox.TryDequeue(out _, out var early));
        Assert.Null(early);
        Assert.False(outbox.TryDequeue(out _, out var end));
        Assert.Equal("first", end!.Reason);
    }

    [Fact]
    public void The_listener_is_told_of_the_first_frame_only_and_of_the_end()
    {
        var listener = new CountingListener();
        var outbox = new Outbox(10, 10, listener, new FakeTimeProvider());

        outbox.TryEnqueue(new OutboundFrame(new byte[1], true));
        outbox.TryEnqueue(new OutboundFrame(new byte[1], true));
        Assert.Equal((1, 0), (listener.Ready, listener.Ended));
        outbox.TryDequeue(out _, out _);
        outbox.TryDequeue(out _, out _);
        outbox.TryEnqueue(new OutboundFrame(new byte[1], true));
        outbox.Complete(ConnectionEnd.SlowClient, discard: true);

        Assert.Equal((3, 1), (listener.Ready, listener.Ended));
    }

    [Fact]
    public void An_id_that_is_taken_and_a_full_hub_open_nothing()
    {
        var hub = CreateSut(new HubLimits { MaxConnections = 2 });
        Open(hub, "1");

        Assert.Null(hub.TryOpen(new ConnectionSpec { ConnectionId = "1" }));
        Open(hub, "2");
        Assert.Null(hub.TryOpen(new ConnectionSpec { ConnectionId = "3" }));
        Assert.Equal(2, hub.ConnectionCount);
    }

    [Fact]
    public void Connected_is_the_first_frame_also_when_the_groups_are_busy()
    {
        var hub = CreateSut();
        var connection = Open(hub, "1", ClientProtocol.Json, "g");

        hub.Send(new Target.Group(Name("g")), SendScope.Everyone, Delivery.FromGroup(Name("g"), Text("x")));

        Assert.Contains("\"connected\"", Encoding.UTF8.GetString(Frames(connection)[0].Bytes.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_may_be_in_so_many_groups_and_no_more()
    {
        var hub = CreateSut(new HubLimits { MaxGroupsPerConnection = 1 });
        var connection = Open(hub, "1", ClientProtocol.Plain, "g");
        hub.SetPermission("1", GroupPermission.JoinLeaveGroup, null, granted: true);

        Assert.Equal(JoinResult.TooManyGroups, hub.JoinAsClient(connection, Name("h")));
        Assert.Equal(JoinResult.Done, hub.JoinAsClient(connection, Name("g")));
    }

    [Fact]
    public void Hubs_are_found_without_regard_to_case_and_their_number_is_bounded()
    {
        var registry = new HubRegistry(new HubLimits { MaxHubs = 1 }, new FakeTimeProvider());
        var chat = HubName.Parse("Chat");
        var same = HubName.Parse("chat");
        var other = HubName.Parse("other");

        Assert.Same(registry.Get(chat), registry.Get(same));
        Assert.Null(registry.Get(other));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("A9_`,.[]", true)]
    [InlineData("9a", false)]
    [InlineData("_a", false)]
    [InlineData("a-b", false)]
    [InlineData("a\n", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_hub_name_is_held_to_its_shape(string? text, bool valid) => Assert.Equal(valid, HubName.TryParse(text, out _));

    [Fact]
    public void Names_end_at_their_length()
    {
        Assert.True(HubName.TryParse(new string('a', 128), out _));
        Assert.False(HubName.TryParse(new string('a', 129), out _));
        Assert.True(GroupName.TryParse(new string('g', 1024), out _));
        Assert.False(GroupName.TryParse(new string('g', 1025), out _));
        Assert.False(GroupName.TryParse(" \t", out _));
    }

    private static HubCore CreateSut(HubLimits? limits = null)
    {
        var name = HubName.Parse("hub");
        return new HubCore(name, limits ?? new HubLimits(), new FakeTimeProvider());
    }

    private static HubConnection Open(
        HubCore hub, string id, ClientProtocol protocol = ClientProtocol.Plain, params string[] groups) =>
        hub.TryOpen(new ConnectionSpec { ConnectionId = id, Protocol = protocol, Groups = [.. groups.Select(Name)] })!;

    private static GroupName Name(string text) => GroupName.Parse(text);

    private static MessageData Text(string text) => new(MessageDataType.Text, Encoding.UTF8.GetBytes(text));

    private static List<OutboundFrame> Frames(HubConnection connection)
    {
        var frames = new List<OutboundFrame>();
        while (connection.Outbox.TryDequeue(out var frame, out _)) frames.Add(frame);
        return frames;
    }

    private sealed class CountingListener : IOutboxListener
    {
        public int Ready { get; private set; }

        public int Ended { get; private set; }

        public void OnReady() => Ready++;

        public void OnEnding(ConnectionEnd end) => Ended++;
    }
}
