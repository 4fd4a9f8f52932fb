using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

public sealed class ManagementTests
{
    private const string Prefix = "com.microsoft:";

    [Fact]
    [Feature("Management", "Renew message locks")]
    public async Task Renewing_a_lock_answers_its_new_end()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await ReceiverLinkTests.SendAsync(emulator, "m");
        var session = await emulator.OpenSessionAsync();
        var receiver = new ReceiverLink(session, "r", EmulatorFixture.Queue);
        var message = await receiver.ReceiveAsync(EmulatorFixture.Patience);
        var management = new RequestClient(session, "orders/$management");

        var answer = await management.ManageAsync(
            Prefix + "renew-lock", new Map { { "lock-tokens", new[] { new Guid(message.DeliveryTag) } } });

        Assert.Equal(200, answer.ApplicationProperties["statusCode"]);
        var until = Assert.Single((DateTime[])((Map)answer.Body)["expirations"]);
        Assert.InRange(until - DateTime.UtcNow, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(61));
    }

    [Fact]
    public async Task Renewing_a_lock_that_does_not_exist_is_answered_410_with_the_condition()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var management = new RequestClient(await emulator.OpenSessionAsync(), "orders/$management");

        var answer = await management.ManageAsync(
            Prefix + "renew-lock", new Map { { "lock-tokens", new[] { Guid.NewGuid() } } });

        Assert.Equal(410, answer.ApplicationProperties["statusCode"]);
        Assert.Equal("com.microsoft:message-lock-lost", answer.ApplicationProperties["errorCondition"].ToString());
    }

    [Fact]
    [Feature("Management", "Peek")]
    public async Task Peek_answers_whole_messages_and_204_when_there_is_none()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var management = new RequestClient(await emulator.OpenSessionAsync(), "orders/$management");
        var request = new Map { { "from-sequence-number", 1L }, { "message-count", 10 } };
        var none = await management.ManageAsync(Prefix + "peek-message", request);
        Assert.Equal(204, none.ApplicationProperties["statusCode"]);
        await ReceiverLinkTests.SendAsync(emulator, "1", "2");

        var answer = await management.ManageAsync(Prefix + "peek-message", request);

        var messages = (List)((Map)answer.Body)["messages"];
        var ids = messages.Select(item => Decode((Map)item).Properties.MessageId);
        Assert.Equal(["1", "2"], ids);
    }

    [Fact]
    [Feature("Management", "Schedule and cancel")]
    public async Task Scheduled_messages_get_numbers_and_can_be_cancelled_once()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var management = new RequestClient(await emulator.OpenSessionAsync(), "orders/$management");
        var message = EmulatorFixture.Text("later");
        message.MessageAnnotations = new MessageAnnotations();
        message.MessageAnnotations[new Symbol("x-opt-scheduled-enqueue-time")] = DateTime.UtcNow.AddHours(1);

        var scheduled = await management.ManageAsync(
            Prefix + "schedule-message",
            new Map { { "messages", new List { new Map { { "message", Bytes(message) } } } } });
        var numbers = (long[])((Map)scheduled.Body)["sequence-numbers"];
        Assert.Equal(1, emulator.QueueNamed(EmulatorFixture.Queue).Count().Scheduled);
        var cancel = new Map { { "sequence-numbers", numbers } };
        var cancelled = await management.ManageAsync(Prefix + "cancel-scheduled-message", cancel);
        var again = await management.ManageAsync(Prefix + "cancel-scheduled-message", cancel);

        Assert.Equal(200, cancelled.ApplicationProperties["statusCode"]);
        Assert.Equal(404, again.ApplicationProperties["statusCode"]);
        Assert.Empty(emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 10, null));
    }

    [Fact]
    [Feature("Management", "Receive deferred messages by number, settle by lock token")]
    public async Task Deferred_messages_are_received_by_number_and_settled_by_token()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await ReceiverLinkTests.SendAsync(emulator, "set aside");
        var session = await emulator.OpenSessionAsync();
        var receiver = new ReceiverLink(session, "r", EmulatorFixture.Queue);
        var message = await receiver.ReceiveAsync(EmulatorFixture.Patience);
        var management = new RequestClient(session, "orders/$management");
        var token = new[] { new Guid(message.DeliveryTag) };
        await management.ManageAsync(
            Prefix + "update-disposition", new Map { { "disposition-status", "defered" }, { "lock-tokens", token } });
        Assert.Equal(1, emulator.QueueNamed(EmulatorFixture.Queue).Count().Deferred);

        long[] numbers = [1];
        var received = await management.ManageAsync(Prefix + "receive-by-sequence-number", new Map
        {
            { "sequence-numbers", numbers },
            { "receiver-settle-mode", 1u },
        });
        var item = (Map)((List)((Map)received.Body)["messages"])[0];
        Assert.Equal("set aside", Decode(item).Properties.MessageId);
        var completed = await management.ManageAsync(Prefix + "update-disposition", new Map
        {
            { "disposition-status", "completed" },
            { "lock-tokens", new[] { (Guid)item["lock-token"] } },
        });

        Assert.Equal(200, completed.ApplicationProperties["statusCode"]);
        Assert.Empty(emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 10, null));
    }

    [Fact]
    [Feature("Management", "Session state and session lock renewal")]
    public async Task Session_state_and_lock_belong_to_the_connection_that_holds_the_session()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var session = await emulator.OpenSessionAsync();
        await AcceptAsync(session, "s");
        var mine = new RequestClient(session, "ingress/$management");
        var other = new RequestClient(await emulator.OpenSessionAsync(), "ingress/$management");
        var request = new Map { { "session-id", "s" }, { "session-state", new byte[] { 1, 2 } } };

        var set = await mine.ManageAsync(Prefix + "set-session-state", request);
        Assert.Equal(200, set.ApplicationProperties["statusCode"]);
        var state = await mine.ManageAsync(Prefix + "get-session-state", request);
        var renewed = await mine.ManageAsync(Prefix + "renew-session-lock", request);
        var refused = await other.ManageAsync(Prefix + "get-session-state", request);

        Assert.Equal([1, 2], (byte[])((Map)state.Body)["session-state"]);
        Assert.IsType<DateTime>(((Map)renewed.Body)["expiration"]);
        Assert.Equal(410, refused.ApplicationProperties["statusCode"]);
        Assert.Equal("com.microsoft:session-lock-lost", refused.ApplicationProperties["errorCondition"].ToString());
    }

    [Fact]
    [Feature("Management", "List sessions")]
    public async Task Sessions_with_messages_are_listed()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await ReceiverLinkTests.SendAsync(emulator, EmulatorFixture.SessionQueue, ["m"], "a");
        await ReceiverLinkTests.SendAsync(emulator, EmulatorFixture.SessionQueue, ["m"], "b");
        var management = new RequestClient(await emulator.OpenSessionAsync(), "ingress/$management");

        var answer = await management.ManageAsync(Prefix + "get-message-sessions", new Map
        {
            { "last-updated-time", DateTime.MaxValue },
            { "skip", 0 },
            { "top", 10 },
        });

        Assert.Equal(["a", "b"], (string[])((Map)answer.Body)["sessions-ids"]);
    }

    [Theory]
    [InlineData("no-such-operation", 501)]
    [InlineData("peek-message", 400)]
    [InlineData("renew-lock", 400)]
    [InlineData("schedule-message", 400)]
    [InlineData("update-disposition", 400)]
    public async Task Requests_that_make_no_sense_are_answered_and_the_link_lives(string operation, int status)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var management = new RequestClient(await emulator.OpenSessionAsync(), "orders/$management");

        var answer = await management.ManageAsync(Prefix + operation, new Map { { "nothing", "useful" } });

        Assert.Equal(status, answer.ApplicationProperties["statusCode"]);
        Assert.NotEmpty((string)answer.ApplicationProperties["statusDescription"]);
        var next = await management.ManageAsync(Prefix + "peek-message", "no map");
        Assert.Equal(400, next.ApplicationProperties["statusCode"]);
    }

    internal static async Task AcceptAsync(
        Session session, string sessionId, string queue = EmulatorFixture.SessionQueue)
    {
        var attached = new TaskCompletionSource();
        _ = new ReceiverLink(
            session,
            "session",
            new Attach
            {
                Source = new Source
                {
                    Address = queue,
                    FilterSet = new Map { { new Symbol("com.microsoft:session-filter"), sessionId } },
                },
                Target = new Target(),
            },
            (_, _) => attached.SetResult());
        await attached.Task.WaitAsync(EmulatorFixture.Patience);
    }

    private static Message Decode(Map item)
    {
        var bytes = (byte[])item["message"];
        return Message.Decode(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length));
    }

    private static byte[] Bytes(Message message)
    {
        var buffer = message.Encode();
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }
}
