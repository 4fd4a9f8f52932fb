using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// A receiver that holds a session. Its attach is answered when the session is there, which for "the next one" may
/// take as long as the client is willing to wait; leaving meanwhile cancels the wait.
/// </summary>
internal sealed class SessionReceiverLink(AmqpSession session, Attach attach, MessageQueue queue, string? wanted)
    : EntityReceiverLink(session, attach, queue)
{
    private Action _leave = () => { };

    /// <summary>The lock on the session, once there is one.</summary>
    public SessionLease? Lease { get; private set; }

    public override string? SessionId => Lease?.SessionId;

    public override void Open()
    {
        var left = new CancellationTokenSource();
        _leave = () =>
        {
            left.Cancel();
            left.Dispose();
        };
        Connection.AwaitAlways(Queue.AcceptSessionAsync(wanted, WaitTime(), left.Token), OnAccepted);
    }

    protected override Task<BrokerError?> SettleAsync(Guid lockToken, Settlement settlement) =>
        Lease!.SettleAsync(lockToken, settlement);

    protected override void OnEnded()
    {
        _leave();
        base.OnEnded();
        Lease?.Release();
    }

    private void OnAccepted(BrokerResult<SessionLease> result)
    {
        if (IsClosed)
        {
            // Granted in the moment in which the client left.
            if (result.IsSuccess)
            {
                result.Value.Release();
            }

            return;
        }

        if (!result.IsSuccess)
        {
            Detach(Fault(result.Error.Symbol, result.Error.Description));
            return;
        }

        Lease = result.Value;
        var filter = new Map { { new Symbol(ServiceBusSymbols.SessionFilter), Lease.SessionId } };
        var answer = AttachAnswer(new Source { Address = (Request.Source as Source)?.Address, FilterSet = filter });
        answer.Properties = new Fields
        {
            { new Symbol(ServiceBusSymbols.LockedUntilUtc), Lease.LockedUntil.UtcTicks },
        };
        Start(Lease.OpenReceiver(Mode, this), answer);
    }

    private TimeSpan WaitTime()
    {
        var longest = Connection.Limits.MaxSessionWait;
        var asked = PropertyValues.Find(Request.Properties, ServiceBusSymbols.Timeout) switch
        {
            uint milliseconds => TimeSpan.FromMilliseconds(milliseconds),
            int milliseconds and >= 0 => TimeSpan.FromMilliseconds(milliseconds),
            ulong milliseconds => TimeSpan.FromMilliseconds(Math.Min(milliseconds, (ulong)longest.TotalMilliseconds)),
            long milliseconds and >= 0 => TimeSpan.FromMilliseconds(
                Math.Min(milliseconds, longest.TotalMilliseconds)),
            _ => Connection.Limits.DefaultSessionWait,
        };
        return asked < longest ? asked : longest;
    }
}
