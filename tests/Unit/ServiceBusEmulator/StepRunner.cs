using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Journal;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>Does what generated steps say, over everything that leaves records in a journal.</summary>
internal sealed class StepRunner(DurableBroker durable, FakeTimeProvider clock)
{
    internal const int Verbs = 9;

    private readonly List<SessionLease> _leases = [];
    private int _sent;

    internal static NamespaceDefinition Definition { get; } = new()
    {
        Queues =
        [
            Queue("q", queue => queue with
            {
                MaxDeliveryCount = 2,
                RequiresDuplicateDetection = true,
                DeadLetteringOnMessageExpiration = true,
                DefaultMessageTimeToLive = TimeSpan.FromMinutes(2),
            }),
            Queue("s", queue => queue with { RequiresSession = true, ForwardDeadLetteredMessagesTo = "q" }),
            Queue("f", queue => queue with { ForwardTo = "t" }),
        ],
        Topics =
        [
            new TopicDefinition
            {
                Name = "t",
                Subscriptions = [new SubscriptionDefinition(Queue("a"), []), new SubscriptionDefinition(Queue("b"), [])],
            },
        ],
    };

    internal async Task DoAsync(int verb, int which)
    {
        switch (verb)
        {
            case 0 or 1:
                await SendAsync(which);
                break;
            case 2:
                await ReceiveAsync("q", which);
                break;
            case 3:
                await ReceiveAsync(which % 2 == 0 ? "t/Subscriptions/a" : "q/$deadletterqueue", which);
                break;
            case 4:
                await AcceptAsync(which);
                break;
            case 5 when _leases.Count > 0:
                await SettleInSessionAsync(_leases[which % _leases.Count], which);
                break;
            case 6 when _leases.Count > 0:
                await _leases[which % _leases.Count].SetStateAsync(which == 0 ? null : new byte[which]);
                break;
            case 7:
                await CancelAsync();
                break;
            default:
                clock.Advance(TimeSpan.FromSeconds(10 * which));
                break;
        }

        await durable.FlushAsync();
    }

    private MessageQueue Q(string address) =>
        durable.Broker.TryFind(address, out var entity) ? (MessageQueue)entity : throw new ArgumentException(address);

    private async Task SendAsync(int which)
    {
        var body = $"{_sent++}";
        var due = clock.GetUtcNow() + TimeSpan.FromSeconds(15);
        (string Address, BrokerMessage Message) send = which switch
        {
            0 => ("q", Message(body) with { MessageId = $"{_sent % 3}" }),
            1 => ("q", Message(body) with { ScheduledEnqueueTime = due }),
            2 => ("s", Message(body, $"{_sent % 2}")),
            3 => ("t", Message(body) with { TimeToLive = TimeSpan.FromSeconds(30) }),
            4 => ("f", Message(body) with { ScheduledEnqueueTime = due }),
            _ => ("f", Message(body)),
        };
        Assert.True(durable.Broker.TryFind(send.Address, out var entity));
        Assert.Null(await entity.SendAsync([send.Message, Message("second", "0")]));
    }

    private async Task ReceiveAsync(string address, int which)
    {
        var mode = which == 5 ? ReceiveMode.ReceiveAndDelete : ReceiveMode.PeekLock;
        var sink = new RecordingSink().On(own => Q(address).OpenReceiver(mode, own), credit: 1);
        sink.Receiver.Drain();
        await durable.FlushAsync();
        await sink.Drained.WaitAsync(TimeSpan.FromSeconds(30));
        sink.Receiver.Close();
        if (sink.Deliveries.Count > 0 && which < 4)
        {
            Assert.Null(await Q(address).SettleAsync(sink.Deliveries[0].LockToken, SettlementOf(which)));
        }
    }

    private async Task AcceptAsync(int which)
    {
        var accepted = await Q("s").AcceptSessionAsync($"{which % 2}", TimeSpan.Zero, CancellationToken.None);
        if (accepted.IsSuccess)
        {
            _leases.Add(accepted.Value);
        }
    }

    private static async Task SettleInSessionAsync(SessionLease lease, int which)
    {
        var opened = lease.OpenReceiver(ReceiveMode.PeekLock, new RecordingSink());
        if (!opened.IsSuccess)
        {
            return;
        }

        opened.Value.Close();
        var sink = new RecordingSink().On(own => lease.OpenReceiver(ReceiveMode.PeekLock, own), credit: 1);
        sink.Receiver.Drain();
        await sink.Drained.WaitAsync(TimeSpan.FromSeconds(30));
        sink.Receiver.Close();
        if (sink.Deliveries.Count > 0 && which < 4)
        {
            await lease.SettleAsync(sink.Deliveries[0].LockToken, SettlementOf(which));
        }
        else if (which == 5)
        {
            lease.Release();
        }
    }

    private async Task CancelAsync()
    {
        var scheduled = Q("q").Peek(0, 1_000, null).FirstOrDefault(message => message.State == MessageState.Scheduled);
        if (scheduled is not null)
        {
            Assert.Null(await Q("q").CancelScheduledAsync([scheduled.SequenceNumber]));
        }
    }

    private static Settlement SettlementOf(int which) => which switch
    {
        0 => new Settlement.Complete(),
        1 => new Settlement.Abandon { PropertiesToModify = new Dictionary<string, object?> { ["w"] = which } },
        2 => new Settlement.Defer(),
        _ => new Settlement.DeadLetter("reason", null),
    };
}
