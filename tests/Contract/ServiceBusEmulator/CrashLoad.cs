using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Amqp;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>
/// Clients that send, settle, schedule and keep state until their emulator dies under them, and write down in the model
/// what they asked for and what they were told.
/// </summary>
internal sealed class CrashLoad(EmulatorProcess emulator, CrashModel model, string life)
{
    public const string Queue = "plain";
    public const string ScheduledQueue = "scheduled";
    public const string SessionQueue = "sessions";
    public const string Session = "kept";

    private const int BodyBytes = 2_000;
    private const int BatchMessages = 10;

    /// <summary>Runs all clients until each has lost its connection.</summary>
    public Task RunAsync() => Task.WhenAll(
    [
        .. Enumerable.Range(0, 4).Select(number => UntilCutAsync(session => SendAsync(session, number))),
        .. Enumerable.Range(0, 2).Select(number => UntilCutAsync(session => SendBatchesAsync(session, number))),
        .. Enumerable.Range(0, 3).Select(number => UntilCutAsync(session => SettleAsync(session, number))),
        UntilCutAsync(ScheduleAsync),
        UntilCutAsync(KeepStateAsync),
    ]);

    private async Task UntilCutAsync(Func<Session, Task> work)
    {
        try
        {
            await work(await ProcessTests.OpenAsync(emulator));
        }
        catch (Exception e) when (e is AmqpException or System.Net.Sockets.SocketException or ObjectDisposedException or LostException)
        {
            // The connection was cut: what was under way is neither known to have happened nor not to have.
        }
    }

    private async Task SendAsync(Session session, int number)
    {
        var sender = new SenderLink(session, "s", Queue);
        for (var i = 0; ; i++)
        {
            string[] ids = [$"{life}-s{number}-{i}"];
            model.Sending(ids, Places.Queue);
            await sender.SendAsync(Message(ids[0]), EmulatorFixture.Patience);
            model.Sent(ids, Places.Queue);
        }
    }

    private async Task SendBatchesAsync(Session session, int number)
    {
        var sender = new SenderLink(session, "b", Queue);
        for (var i = 0; ; i++)
        {
            string[] ids = [.. Enumerable.Range(0, BatchMessages).Select(k => $"{life}-b{number}-{i}-{k}")];
            var sections = new DataList();
            Array.ForEach(ids, id => sections.Add(new Data { Buffer = Message(id).Encode() }));
            model.Sending(ids, Places.Queue);
            await sender.SendAsync(
                new Message { BodySection = sections, Format = ServiceBusSymbols.BatchMessageFormat }, EmulatorFixture.Patience);
            model.Sent(ids, Places.Queue);
        }
    }

    /// <summary>Completes most messages, dead-letters and defers some.</summary>
    private async Task SettleAsync(Session session, int number)
    {
        var receiver = new ReceiverLink(session, "r", Queue);
        receiver.SetCredit(20, CreditMode.Auto);
        var management = new RequestClient(session, $"{Queue}/$management");
        for (var i = number; ; i++)
        {
            var message = await receiver.ReceiveAsync(EmulatorFixture.Patience) ?? throw new LostException();
            var (status, place) = (i % 40) switch
            {
                0 => ("suspended", Places.DeadLetters),
                1 => ("defered", Places.Deferred),
                _ => ("completed", Places.Nowhere),
            };
            var id = message.Properties.MessageId;
            model.Moving(id, Places.Queue, place);
            await AskAsync(management, "com.microsoft:update-disposition", new Map
            {
                { "disposition-status", status },
                { "lock-tokens", new[] { new Guid(message.DeliveryTag) } },
            });
            model.Moved(id, place);
        }
    }

    /// <summary>Schedules messages for a time that does not come, and cancels every third.</summary>
    private async Task ScheduleAsync(Session session)
    {
        var management = new RequestClient(session, $"{ScheduledQueue}/$management");
        for (var i = 0; ; i++)
        {
            string[] ids = [$"{life}-later-{i}"];
            var message = Message(ids[0]);
            message.MessageAnnotations = new MessageAnnotations();
            message.MessageAnnotations[new Symbol("x-opt-scheduled-enqueue-time")] = DateTime.UtcNow.AddHours(1);
            var encoded = message.Encode();
            model.Sending(ids, Places.Scheduled);
            var answer = await AskAsync(management, "com.microsoft:schedule-message", new Map
            {
                {
                    "messages",
                    new List { new Map { { "message", encoded.Buffer.AsSpan(encoded.Offset, encoded.Length).ToArray() } } }
                },
            });
            model.Sent(ids, Places.Scheduled);
            if (i % 3 == 0)
            {
                var numbers = (long[])((Map)answer.Body)["sequence-numbers"];
                model.Moving(ids[0], Places.Scheduled, Places.Nowhere);
                await AskAsync(management, "com.microsoft:cancel-scheduled-message", new Map { { "sequence-numbers", numbers } });
                model.Moved(ids[0], Places.Nowhere);
            }
        }
    }

    private async Task KeepStateAsync(Session session)
    {
        await ManagementTests.AcceptAsync(session, Session, SessionQueue);
        var management = new RequestClient(session, $"{SessionQueue}/$management");
        for (byte value = 1; ; value = (byte)(value == byte.MaxValue ? 1 : value + 1))
        {
            model.SettingState(Session, value);
            await AskAsync(management, "com.microsoft:set-session-state", new Map
            {
                { "session-id", Session },
                { "session-state", new[] { value } },
            });
            model.StateSet(Session, value);
        }
    }

    private static async Task<Message> AskAsync(RequestClient client, string operation, Map body)
    {
        var answer = await client.TryManageAsync(operation, body) ?? throw new LostException();
        Assert.Equal(200, answer.ApplicationProperties["statusCode"]);
        return answer;
    }

    private static Message Message(string id) => new()
    {
        Properties = new Properties { MessageId = id },
        BodySection = new Data { Binary = new byte[BodyBytes] },
    };

    /// <summary>The library tells receivers of a lost connection by giving them nothing.</summary>
    private sealed class LostException : Exception;
}
