using ServerlessGateway.Emulators.Faults;

namespace ServerlessGateway.WebPubSubEmulator.Faults;

/// <summary>What can go wrong in an instance on command. The README has the table for people; a test holds it to this.</summary>
internal static class InstanceFaultKinds
{
    /// <summary>How long something waits for what is to overtake it, unless the rule says.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan UsualDelay = TimeSpan.FromSeconds(1);

    private static readonly FaultTargetKey[] Connections = [new("hub"), new("user"), new("connection")];
    private static readonly FaultTargetKey[] Messages = [.. Connections, new("group")];
    private static readonly FaultTargetKey[] Callbacks = [.. Connections, new("event")];

    /// <summary>TCP is cut, without a close frame.</summary>
    public static readonly FaultKind DropConnection = new("dropConnection") { IsAct = true, Targets = Connections };

    /// <summary>Connections are closed as when the service reloads.</summary>
    public static readonly FaultKind Reload = new("reload") { IsAct = true, Targets = Connections };

    /// <summary>A handshake or REST call is cut without an answer.</summary>
    public static readonly FaultKind StopAccepting = new("stopAccepting") { Targets = [new("path")] };

    /// <summary>A handshake with a valid token is answered with a status.</summary>
    public static readonly FaultKind RefuseHandshake = new("refuseHandshake")
    {
        Targets = [new("hub"), new("user")],
        Status = StatusCodes.Status503ServiceUnavailable,
    };

    /// <summary>A REST call is answered with a status and not carried out.</summary>
    public static readonly FaultKind RefuseRest = new("refuseRest")
    {
        Targets = [new("path"), new("method")],
        Status = StatusCodes.Status503ServiceUnavailable,
    };

    /// <summary>A REST send is answered 202 and reaches nobody.</summary>
    public static readonly FaultKind LoseAcceptedSend = new("loseAcceptedSend") { Targets = Messages };

    public static readonly FaultKind LoseMessage = new("loseMessage") { Targets = Messages };

    public static readonly FaultKind DoubleMessage = new("doubleMessage") { Targets = Messages };

    public static readonly FaultKind DelayMessage = new("delayMessage") { Targets = Messages, Delay = UsualDelay };

    public static readonly FaultKind ReorderMessage = new("reorderMessage") { Targets = Messages, Delay = LongestHold };

    public static readonly FaultKind LoseCallback = new("loseCallback") { Targets = Callbacks };

    /// <summary>The handler gets the event; its answer is lost, so the service tries again.</summary>
    public static readonly FaultKind LoseCallbackAnswer = new("loseCallbackAnswer") { Targets = Callbacks };

    public static readonly FaultKind DoubleCallback = new("doubleCallback") { Targets = Callbacks, Delay = TimeSpan.Zero };

    public static readonly FaultKind DelayCallback = new("delayCallback") { Targets = Callbacks, Delay = UsualDelay };

    public static readonly FaultKind ReorderCallback = new("reorderCallback") { Targets = Callbacks, Delay = LongestHold };

    public static IReadOnlyList<FaultKind> All { get; } =
    [
        DropConnection, Reload, StopAccepting, RefuseHandshake, RefuseRest, LoseAcceptedSend,
        LoseMessage, DoubleMessage, DelayMessage, ReorderMessage,
        LoseCallback, LoseCallbackAnswer, DoubleCallback, DelayCallback, ReorderCallback,
    ];

    public static FaultPlanReader Reader { get; } = new(All);
}
