using System.Text;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Hub;

/// <summary>The core alone, as a simulation uses it: no socket, no thread, frames read from the outbox.</summary>
public sealed class ClientRequestsTests
{
    [Fact]
    public void An_event_is_handed_out_and_its_answer_precedes_the_ack()
    {
        var (requests, connection) = CreateSut();
        var raised = requests.Handle(Event(1))!;

        requests.Complete(raised, new EventOutcome.Handled(Text("answer"), "state"));

        Assert.Equal(
            ["""{"type":"message","from":"server","dataType":"text","data":"answer"}""",
             """{"type":"ack","ackId":1,"success":true}"""],
            Texts(connection));
        Assert.Equal("state", connection.State);
    }

    [Fact]
    public void A_failed_event_may_be_repeated_under_its_ackId_but_not_a_handled_one()
    {
        var (requests, connection) = CreateSut();
        requests.Complete(requests.Handle(Event(1))!, new EventOutcome.Handled(null, null));
        Assert.Null(requests.Handle(Event(1)));
        Assert.Contains("\"Duplicate\"", Texts(connection)[^1], StringComparison.Ordinal);

        Assert.NotNull(requests.Handle(Event(2)));
        Assert.NotNull(requests.Handle(Event(2)));
    }

    [Fact]
    public void The_memory_of_ackIds_is_bounded_and_forgets_the_oldest()
    {
        var (requests, _) = CreateSut(new HubLimits { RememberedAckIds = 2 });
        for (ulong id = 1; id <= 3; id++)
        {
            requests.Complete(requests.Handle(Event(id))!, new EventOutcome.Handled(null, null));
        }

        Assert.NotNull(requests.Handle(Event(1)));
        Assert.Null(requests.Handle(Event(3)));
    }

    [Fact]
    public void A_failure_is_acknowledged_announced_and_final()
    {
        var (requests, connection) = CreateSut();

        requests.Complete(requests.Handle(Event(7))!, new EventOutcome.Failed(
            new ConnectionEnd(1011, "it broke", EndKind.SendEventFailed)));

        Assert.Equal(
            ["""{"type":"ack","ackId":7,"success":false,"error":{"name":"InternalServerError","message":"it broke"}}""",
             """{"type":"system","event":"disconnected","message":"it broke"}"""],
            Texts(connection));
        Assert.Equal(EndKind.SendEventFailed, connection.Outbox.End!.Kind);
    }

    private static (ClientRequests Requests, HubConnection Connection) CreateSut(HubLimits? limits = null)
    {
        var name = HubName.Parse("hub");
        var hub = new HubCore(name, limits ?? new HubLimits(), new FakeTimeProvider());
        var connection = hub.TryOpen(new ConnectionSpec { ConnectionId = "1", Protocol = ClientProtocol.Json })!;
        connection.Outbox.TryDequeue(out _, out _);
        return (new ClientRequests(hub, connection), connection);
    }

    private static ClientRequest.Event Event(ulong ackId) => new("e", Text("x"), ackId);

    private static MessageData Text(string text) => new(MessageDataType.Text, Encoding.UTF8.GetBytes(text));

    private static List<string> Texts(HubConnection connection)
    {
        var texts = new List<string>();
        while (connection.Outbox.TryDequeue(out var frame, out _)) texts.Add(Encoding.UTF8.GetString(frame.Bytes.Span));
        return texts;
    }
}
