using Amqp;
using Amqp.Framing;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>How long a message lives, as its sender says it and as its receiver reads it.</summary>
public sealed class TimeToLiveTests
{
    private static readonly DateTime Created = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task A_life_longer_than_the_header_can_say_is_the_time_between_creation_and_expiry()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SendAsync(emulator, uint.MaxValue, TimeSpan.FromDays(60));

        var held = Assert.Single(emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 1, null));

        Assert.Equal(TimeSpan.FromDays(60), held.ExpiresAt - held.EnqueuedTime);
    }

    [Fact]
    public async Task The_largest_time_of_the_header_alone_is_no_end()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SendAsync(emulator, uint.MaxValue, life: null);

        var held = Assert.Single(emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 1, null));

        Assert.Equal(DateTimeOffset.MaxValue, held.ExpiresAt);
    }

    [Fact]
    public async Task What_the_sender_said_stands_where_nothing_shortened_it()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SendAsync(emulator, 600_000, TimeSpan.FromMinutes(10));
        var receiver = new ReceiverLink(await emulator.OpenSessionAsync(), "r", EmulatorFixture.Queue);

        var message = await receiver.ReceiveAsync(EmulatorFixture.Patience);

        Assert.Equal(600_000u, message.Header.Ttl);
        Assert.Equal(Created, message.Properties.CreationTime);
        Assert.Equal(Created.AddMinutes(10), message.Properties.AbsoluteExpiryTime);
    }

    private static async Task SendAsync(EmulatorFixture emulator, uint ttl, TimeSpan? life)
    {
        var message = EmulatorFixture.Text("one");
        message.Header = new Header { Ttl = ttl };
        if (life is { } given)
        {
            message.Properties.CreationTime = Created;
            message.Properties.AbsoluteExpiryTime = Created + given;
        }

        var sender = new SenderLink(await emulator.OpenSessionAsync(), "s", EmulatorFixture.Queue);
        await sender.SendAsync(message, EmulatorFixture.Patience);
    }
}
