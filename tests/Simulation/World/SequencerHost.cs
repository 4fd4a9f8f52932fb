using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.Simulation.Tests.Machine;
using Delivery = ServerlessGateway.ServiceBusEmulator.Broker.Delivery;

namespace ServerlessGateway.Simulation.Tests.World;

/// <summary>
/// What the Functions host does with the session trigger: accepts sessions, renews their locks for two minutes (or fails to), hands over one message
/// at a time and settles as it is told.
/// </summary>
internal sealed class SequencerHost(SimulatedWorld world, GatewayProcess gateway)
{
    private static readonly TimeSpan AcceptWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRenewal = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan SessionHold = TimeSpan.FromSeconds(60);

    private readonly Sequencer _sequencer = gateway.Get<Sequencer>();
    private readonly SessionHolds _holds = gateway.Get<SessionHolds>();

    private SimulatedProcess Process => gateway.Process;

    /// <summary>Begins to take sessions, a few at a time.</summary>
    public void Start()
    {
        for (var slot = 0; slot < 4; slot++)
        {
            Process.Start(PumpAsync);
        }
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            var accepted = await world.Queue.AcceptSessionAsync(null, AcceptWait, Process.Killed);
            if (accepted.IsSuccess)
            {
                Process.Start(() => RenewAsync(accepted.Value));
                await DrainAsync(accepted.Value);
                _holds.Release(accepted.Value.SessionId);
                accepted.Value.Release();
            }
        }
    }

    private async Task DrainAsync(SessionLease lease)
    {
        var receiver = PullReceiver.Open(lease, ReceiveMode.PeekLock).Value;
        while (await receiver.ReceiveAsync(1, IdleWait, CancellationToken.None) is { IsSuccess: true, Value: [var delivery] })
        {
            if (world.Mutant.CompletesFirst)
            {
                await lease.SettleAsync(delivery.LockToken, new Settlement.Complete());
            }

            var result = await _sequencer.HandleAsync(Read(delivery), lease.LockedUntil, CancellationToken.None);
            world.Loop.Trace($"{Process.Name} {lease.SessionId}/{delivery.Message.SequenceNumber}: {result}");
            if (result is SequencingResult.Leave)
            {
                return;
            }

            await SettleAsync(lease, delivery, result);
            if (_holds.HeldFor(lease.SessionId) >= SessionHold)
            {
                return;
            }
        }
    }

    private async Task SettleAsync(SessionLease lease, Delivery delivery, SequencingResult result)
    {
        Settlement settlement = result is SequencingResult.DeadLetter dead
            ? new Settlement.DeadLetter(dead.Reason, dead.Description)
            : new Settlement.Complete();
        try
        {
            await world.Chaos.CallAsync(
                Process, $"settle {lease.SessionId}/{delivery.Message.SequenceNumber}", () => lease.SettleAsync(delivery.LockToken, settlement));
        }
        catch (IOException)
        {
            // The host drops the session; the message comes again if it is still there.
            lease.Release();
        }
    }

    private async Task RenewAsync(SessionLease lease)
    {
        var until = Process.Time.GetUtcNow() + LongestRenewal;
        while (lease.IsHeld && Process.Time.GetUtcNow() < until && !world.Chaos.Happens(0.1))
        {
            await Task.Delay(TimeSpan.FromSeconds(15), Process.Time);
            lease.Renew();
        }
    }

    private static IngressMessage Read(Delivery delivery)
    {
        var (snapshot, message) = (delivery.Message, delivery.Message.Message);
        return new IngressMessage(
            message.SessionId!, message.MessageId ?? string.Empty, message.Subject, message.Payload, null, snapshot.EnqueuedTime, snapshot.SequenceNumber);
    }
}
