using Amqp.Framing;
using Azure.Messaging.ServiceBus;
using ServerlessGateway.AzureSdk.ServiceBus;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.Contract.Tests.AzureSdk.Local;

/// <summary>What a broker may answer on a bad day, and what is not a broker at all.</summary>
public sealed class OddPeerTests : IAsyncLifetime
{
    private readonly List<ServiceBusClient> _clients = [];
    private ScriptedPeer _peer = null!;

    public Task InitializeAsync()
    {
        _peer = ScriptedPeer.Start();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await _peer.DisposeAsync();
    }

    [Fact]
    public async Task One_busy_answer_makes_its_sender_sleep_and_no_other()
    {
        var time = new ArmedTimeProvider(DateTimeOffset.UtcNow);
        var client = Client(TimeSpan.FromSeconds(2), time: time);
        var busy = client.CreateSender("busy");
        _peer.OnMessage = message => message.Properties.Subject == "refuse" ? Busy() : new Accepted();

        var refused = await Assert.ThrowsAsync<ServiceBusException>(
            () => busy.SendMessageAsync(new ServiceBusMessage { Subject = "refuse" }));
        var sleeping = busy.SendMessageAsync(new ServiceBusMessage());
        await client.CreateSender("free").SendMessageAsync(new ServiceBusMessage());
        Assert.False(sleeping.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        var unasked = await Assert.ThrowsAsync<ServiceBusException>(() => sleeping);
        time.Advance(TimeSpan.FromSeconds(8));
        await busy.SendMessageAsync(new ServiceBusMessage());

        Assert.Equal(ServiceBusFailureReason.ServiceBusy, refused.Reason);
        Assert.True(refused.IsTransient);
        Assert.Equal("The namespace is busy. (ServiceBusy - busy)", refused.Message);
        Assert.Equal(ServiceBusFailureReason.ServiceBusy, unasked.Reason);
    }

    [Fact]
    public async Task A_send_without_an_answer_times_out_and_the_link_serves_the_next()
    {
        var sender = Client(TimeSpan.FromMilliseconds(300)).CreateSender("q");
        _peer.OnMessage = _ => null;

        var failure = await Assert.ThrowsAsync<ServiceBusException>(() => sender.SendMessageAsync(new ServiceBusMessage()));
        _peer.OnMessage = _ => new Accepted();
        await sender.SendMessageAsync(new ServiceBusMessage());

        Assert.Equal(ServiceBusFailureReason.ServiceTimeout, failure.Reason);
        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task A_retry_sends_the_same_message_again()
    {
        var bodies = new List<string>();
        var sender = Client(TimeSpan.FromSeconds(20), maxRetries: 1).CreateSender("q");
        _peer.OnMessage = message =>
        {
            bodies.Add(System.Text.Encoding.UTF8.GetString((byte[])message.Body));
            return bodies.Count == 1 ? Refusal("amqp:internal-error", "odd") : new Accepted();
        };

        await sender.SendMessageAsync(new ServiceBusMessage("same"));

        Assert.Equal(["same", "same"], bodies);
    }

    [Fact]
    public async Task A_message_larger_than_the_window_waits_for_it_and_arrives_whole()
    {
        _peer.Window = 3;
        var body = new byte[100_000];
        new Random(3).NextBytes(body);
        byte[]? arrived = null;
        _peer.OnMessage = message =>
        {
            arrived = (byte[])message.Body;
            return new Accepted();
        };

        await Client(TimeSpan.FromSeconds(20)).CreateSender("q").SendMessageAsync(new ServiceBusMessage(body));

        Assert.Equal(body, arrived);
    }

    [Fact]
    public async Task A_link_that_is_detached_under_way_fails_what_waits_and_opens_again()
    {
        var sender = Client(TimeSpan.FromSeconds(20)).CreateSender("q");
        await sender.SendMessageAsync(new ServiceBusMessage());
        _peer.OnFrame = (connection, frame) =>
        {
            if (frame.Performative is not Transfer transfer)
            {
                return false;
            }

            _peer.OnFrame = (_, _) => false;
            connection.Send(frame.Channel, new Detach
            {
                Handle = transfer.Handle,
                Closed = true,
                Error = new Error("amqp:link:detach-forced") { Description = "moved" },
            });
            return true;
        };

        var failure = await Assert.ThrowsAsync<ServiceBusException>(() => sender.SendMessageAsync(new ServiceBusMessage()));
        await sender.SendMessageAsync(new ServiceBusMessage());

        Assert.True(failure.IsTransient);
        Assert.StartsWith("moved", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_that_are_detached_again_and_again_use_up_no_channels()
    {
        var sender = Client(TimeSpan.FromSeconds(20)).CreateSender("q");
        var failures = 0;
        var detaches = true;
        _peer.OnFrame = (connection, frame) =>
        {
            if (frame.Performative is not Transfer transfer || frame.Channel == 0 || !detaches)
            {
                return false;
            }

            connection.Send(frame.Channel, new Detach { Handle = transfer.Handle, Closed = true });
            return true;
        };

        while (failures < 3 * ScriptedPeer.ChannelMax)
        {
            await Assert.ThrowsAsync<ServiceBusException>(() => sender.SendMessageAsync(new ServiceBusMessage()));
            failures++;
        }

        detaches = false;
        await sender.SendMessageAsync(new ServiceBusMessage());
        Assert.Equal(1, _peer.ConnectionCount);
    }

    [Fact]
    public async Task A_connection_that_is_closed_by_the_broker_opens_again()
    {
        var sender = Client(TimeSpan.FromSeconds(20)).CreateSender("q");
        await sender.SendMessageAsync(new ServiceBusMessage());
        _peer.OnFrame = (connection, frame) =>
        {
            if (frame.Performative is not Transfer)
            {
                return false;
            }

            _peer.OnFrame = (_, _) => false;
            connection.Send(0, new Close { Error = new Error("amqp:connection:forced") { Description = "restarting" } });
            return true;
        };

        var failure = await Assert.ThrowsAsync<ServiceBusException>(() => sender.SendMessageAsync(new ServiceBusMessage()));
        await sender.SendMessageAsync(new ServiceBusMessage());

        Assert.Equal(ServiceBusFailureReason.ServiceCommunicationProblem, failure.Reason);
    }

    [Theory]
    [InlineData("\u0000\u0000\u0000\u0004")]
    [InlineData("\u007f\u007f\u007f\u007f\u0002\u0000\u0000\u0000")]
    [InlineData("\u0000\u0000\u0000\u000c\u0002\u0000\u0000\u0000\u0000\u0053\u0099\u0099")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    public async Task Bytes_that_are_no_frame_end_the_connection_and_nothing_else(string bytes)
    {
        var sender = Client(TimeSpan.FromSeconds(20)).CreateSender("q");
        await sender.SendMessageAsync(new ServiceBusMessage());
        _peer.OnFrame = (connection, frame) =>
        {
            if (frame.Performative is not Transfer)
            {
                return false;
            }

            _peer.OnFrame = (_, _) => false;
            connection.Stream.Write(System.Text.Encoding.Latin1.GetBytes(bytes.PadRight(16, '\0')));
            return true;
        };

        var failure = await Assert.ThrowsAsync<ServiceBusException>(() => sender.SendMessageAsync(new ServiceBusMessage()));
        await sender.SendMessageAsync(new ServiceBusMessage());

        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task A_peer_that_falls_silent_is_given_up()
    {
        var time = new ArmedTimeProvider(DateTimeOffset.UtcNow);
        var sender = Client(TimeSpan.FromMinutes(30), time: time).CreateSender("q");
        await sender.SendMessageAsync(new ServiceBusMessage());
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _peer.OnMessage = _ =>
        {
            asked.SetResult();
            return null;
        };

        var waiting = sender.SendMessageAsync(new ServiceBusMessage());
        await asked.Task.WaitAsync(ServiceBusNamespace.Hang);
        time.Advance(Handshake.IdleTimeout + (Handshake.IdleTimeout / 4));
        var failure = await Assert.ThrowsAsync<ServiceBusException>(() => waiting);

        Assert.Equal(ServiceBusFailureReason.ServiceCommunicationProblem, failure.Reason);
    }

    [Fact]
    public async Task A_peer_that_wants_to_hear_something_hears_it_though_there_is_nothing_to_say()
    {
        var heard = System.Threading.Channels.Channel.CreateUnbounded<bool>();
        _peer.OnFrame = (connection, frame) =>
        {
            switch (frame.Performative)
            {
                case null:
                    heard.Writer.TryWrite(true);
                    return true;
                case Open:
                    connection.Send(0, new Open { ContainerId = "scripted", IdleTimeOut = 200 });
                    return true;
                default:
                    return false;
            }
        };

        await Client(TimeSpan.FromSeconds(20)).CreateSender("q").SendMessageAsync(new ServiceBusMessage());

        Assert.True(await heard.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang));
        Assert.True(await heard.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang));
    }

    private ServiceBusClient Client(TimeSpan tryTimeout, int maxRetries = 0, TimeProvider? time = null)
    {
        var options = new ServiceBusClientOptions
        {
            RetryOptions = new ServiceBusRetryOptions
            {
                MaxRetries = maxRetries,
                TryTimeout = tryTimeout,
                Delay = TimeSpan.FromMilliseconds(1),
            },
        };
        var client = new ServiceBusClient(ClientCore.FromConnectionString(_peer.ConnectionString, options, time));
        _clients.Add(client);
        return client;
    }

    private static Rejected Busy() => Refusal("com.microsoft:server-busy", "The namespace is busy.");

    private static Rejected Refusal(string condition, string description) =>
        new() { Error = new Error(condition) { Description = description } };
}
