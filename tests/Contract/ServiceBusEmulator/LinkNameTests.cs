using Amqp.Framing;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>A link is known by its name and direction: attaching it again takes it from its old end.</summary>
public sealed class LinkNameTests
{
    [Fact]
    public async Task A_link_that_is_attached_again_is_stolen_from_its_old_end()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 0);

        await peer.SendAsync(0, Attach(handle: 1, isReceiver: true));

        var detach = await peer.ExpectAsync<Detach>();
        Assert.Equal(0u, detach.Handle);
        Assert.Equal("amqp:link:stolen", detach.Error.Condition.ToString());
        Assert.Equal(1u, (await peer.ExpectAsync<Attach>()).Handle);
    }

    [Fact]
    public async Task Links_of_one_name_and_two_directions_stand_side_by_side()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 0);

        await peer.SendAsync(0, Attach(handle: 1, isReceiver: false));

        Assert.Equal(1u, (await peer.ExpectAsync<Attach>()).Handle);
    }

    private static Attach Attach(uint handle, bool isReceiver) => new()
    {
        LinkName = "receiver-0",
        Handle = handle,
        Role = isReceiver,
        Source = new Source { Address = EmulatorFixture.Queue },
        Target = new Target { Address = EmulatorFixture.Queue },
        InitialDeliveryCount = 0,
    };
}
