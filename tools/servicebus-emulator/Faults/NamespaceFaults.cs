using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Faults;

/// <summary>Asks the rules at the points of a connection where something can go wrong.</summary>
internal sealed class NamespaceFaults(FaultEngine engine)
{
    /// <summary>How the service refuses while it is throttled: the client is to wait, and may try again.</summary>
    public static BrokerError Busy { get; } = new(
        BrokerErrorCode.ServerBusy,
        "The request was refused as in a namespace that is throttled: a fault rule says so."
        + " Error code : 50009. Please wait 2 seconds and try again.");

    public static FaultSubject SubjectOf(AmqpConnection connection, string? entity, string? session = null) => new()
    {
        { "connection", connection.Id }, { "connection", connection.PeerName }, { "entity", entity }, { "session", session },
    };

    /// <summary>Whether a new connection is cut.</summary>
    public bool RefusesConnection() => engine.Strike(NamespaceFaultKinds.StopAccepting, []) is not null;

    public bool IsBusy(string operation, AmqpConnection connection, string entity, string? session = null)
    {
        if (!engine.IsArmed(NamespaceFaultKinds.ServerBusy))
        {
            return false;
        }

        var subject = SubjectOf(connection, entity, session);
        subject.Add("operation", operation);
        return engine.Strike(NamespaceFaultKinds.ServerBusy, subject) is not null;
    }

    public bool LosesSendAnswer(AmqpConnection connection, string entity) =>
        engine.IsArmed(NamespaceFaultKinds.LoseSendAnswer)
        && engine.Strike(NamespaceFaultKinds.LoseSendAnswer, SubjectOf(connection, entity)) is not null;

    /// <summary>How long a sender waits for credit that it would be granted now; null for not at all.</summary>
    public TimeSpan? WithholdsCredit(AmqpConnection connection, string entity) =>
        engine.IsArmed(NamespaceFaultKinds.WithholdCredit)
            ? engine.Strike(NamespaceFaultKinds.WithholdCredit, SubjectOf(connection, entity))?.Delay
            : null;

    public SettlementFaults OnSettlement(AmqpConnection connection, string entity, string? session)
    {
        if (!engine.HasRules)
        {
            return default;
        }

        // All kinds are asked each time: what one decides must not depend on the rules of another.
        var subject = SubjectOf(connection, entity, session);
        return new SettlementFaults(
            engine.Strike(NamespaceFaultKinds.LoseSettlement, subject) is not null,
            IsBusy(BusyOperation.Settle, connection, entity, session),
            engine.Strike(NamespaceFaultKinds.DelaySettlement, subject)?.Delay,
            engine.Strike(NamespaceFaultKinds.LoseSettlementAnswer, subject) is not null);
    }

    /// <summary>Has something done on a connection's loop, later.</summary>
    public void Later(TimeSpan delay, AmqpConnection connection, Action action) =>
        engine.Later(delay, () => connection.TryPost(action));
}
