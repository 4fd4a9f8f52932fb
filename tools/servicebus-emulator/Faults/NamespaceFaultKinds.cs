using ServerlessGateway.Emulators.Faults;

namespace ServerlessGateway.ServiceBusEmulator.Faults;

/// <summary>What can go wrong in a namespace on command. The README has the table for people; a test holds it to this.</summary>
internal static class NamespaceFaultKinds
{
    private static readonly FaultTargetKey Entity = new("entity") { IgnoresCase = true };
    private static readonly FaultTargetKey Connection = new("connection");
    private static readonly FaultTargetKey Session = new("session");

    /// <summary>TCP is cut.</summary>
    public static readonly FaultKind DropConnection = new("dropConnection") { IsAct = true, Targets = [Connection, Entity] };

    /// <summary>A new connection is cut before a byte is read.</summary>
    public static readonly FaultKind StopAccepting = new("stopAccepting");

    /// <summary>The link ends, and its connection stays.</summary>
    public static readonly FaultKind DetachLink = new("detachLink")
    {
        IsAct = true,
        Targets = [Connection, Entity, Session, new("link")],
    };

    /// <summary>The lock of a message or a session ends as if it had run out.</summary>
    public static readonly FaultKind ExpireLock = new("expireLock") { IsAct = true, Targets = [Entity, Session, new("message")] };

    /// <summary>The same, and somebody who does nothing with it has the lock next.</summary>
    public static readonly FaultKind StealLock = new("stealLock") { IsAct = true, Targets = [Entity, Session, new("message")] };

    /// <summary>Messages are stored; their sender is never told.</summary>
    public static readonly FaultKind LoseSendAnswer = new("loseSendAnswer") { Targets = [Connection, Entity] };

    /// <summary>A settlement never arrives.</summary>
    public static readonly FaultKind LoseSettlement = new("loseSettlement") { Targets = [Connection, Entity, Session] };

    public static readonly FaultKind DelaySettlement = new("delaySettlement")
    {
        Targets = [Connection, Entity, Session],
        Delay = TimeSpan.FromSeconds(1),
    };

    /// <summary>A settlement is carried out; who asked for it is never told.</summary>
    public static readonly FaultKind LoseSettlementAnswer = new("loseSettlementAnswer") { Targets = [Connection, Entity, Session] };

    /// <summary>An operation is refused as when the namespace is throttled.</summary>
    public static readonly FaultKind ServerBusy = new("serverBusy")
    {
        Targets =
        [
            Connection, Entity, Session,
            new("operation") { Values = [BusyOperation.Send, BusyOperation.Receive, BusyOperation.Settle, BusyOperation.Manage] },
        ],
    };

    /// <summary>A sender gets its credit late.</summary>
    public static readonly FaultKind WithholdCredit = new("withholdCredit")
    {
        Targets = [Connection, Entity],
        Delay = TimeSpan.FromSeconds(2),
    };

    public static IReadOnlyList<FaultKind> All { get; } =
    [
        DropConnection, StopAccepting, DetachLink, ExpireLock, StealLock, LoseSendAnswer,
        LoseSettlement, DelaySettlement, LoseSettlementAnswer, ServerBusy, WithholdCredit,
    ];

    public static FaultPlanReader Reader { get; } = new(All);
}
