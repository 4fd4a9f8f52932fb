using Amqp.Framing;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>The bounds of memory, seen from outside: what the process takes of the machine.</summary>
public sealed class ProcessMemoryTests
{
    private const int Attackers = 80;
    private const int LinksOfEach = 100;
    private const int PartBytes = 60_000;
    private const int HeldBytes = 20_000_000;

    /// <summary>The runtime with its code, garbage that waits for the collector, and what the kernel rounds up.</summary>
    private const long Slack = 250_000_000;

    [Fact]
    [Feature("Bounds", "The memory of the process, under attack from many connections")]
    public async Task Half_a_gigabyte_of_half_sent_messages_leaves_the_process_small()
    {
        await using var emulator = await EmulatorProcess.StartAsync(
            "--config", RepositoryRoot.Combine("tests", "sdk-acceptance", "servicebus", "config.json"),
            "--port", "0", "--http-port", "0", "--json",
            "--limit", $"MaxHeldBytes={HeldBytes}", "--limit", $"MaxHeldBytesPerConnection={HeldBytes / 2}");
        var endPoint = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, emulator.Port);
        await using var honest = await RawPeer.ConnectAsync(endPoint);
        await honest.OpenAsync();
        await honest.AttachSenderAsync(CrashLoad.Queue);
        var attackers = new List<RawPeer>();

        var sent = 0L;
        for (var number = 0; number < Attackers; number++)
        {
            var attacker = await RawPeer.ConnectAsync(endPoint);
            attackers.Add(attacker);
            await attacker.OpenAsync();
            for (var handle = 0u; handle < LinksOfEach && await TrySendPartAsync(attacker, handle); handle++)
            {
                sent += PartBytes;
            }
        }

        // What each may hold was reached by each, or they were cut for all of them together.
        Assert.InRange(sent, Attackers * (long)HeldBytes / 8, long.MaxValue);
        Assert.InRange(emulator.WorkingSetBytes(), 1, HeldBytes + Slack);
        await honest.TransferAsync(SenderLinkTests.Transfer(0, settled: false), SenderLinkTests.Encoded("served"));
        Assert.IsType<Accepted>((await honest.ExpectAsync<Dispose>()).State);
        foreach (var attacker in attackers)
        {
            await attacker.DisposeAsync();
        }
    }

    /// <summary>Attaches a sender and sends the first frame of a message, both without waiting for answers.</summary>
    private static async Task<bool> TrySendPartAsync(RawPeer peer, uint handle)
    {
        var attach = new Attach
        {
            LinkName = $"sender-{handle}",
            Handle = handle,
            Role = false,
            Source = new Source(),
            Target = new Target { Address = CrashLoad.Queue },
        };
        var part = new Transfer
        {
            Handle = handle,
            DeliveryId = handle,
            DeliveryTag = BitConverter.GetBytes(handle),
            MessageFormat = 0,
            More = true,
        };
        return await peer.TrySendBytesAsync((byte[])[.. RawFrames.Amqp(0, attach), .. RawFrames.Transfer(part, new byte[PartBytes])]);
    }
}
