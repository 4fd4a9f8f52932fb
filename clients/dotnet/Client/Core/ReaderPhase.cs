namespace ServerlessGateway.Client.Core;

/// <summary>How far a channel's reader is on the current connection.</summary>
internal enum ReaderPhase
{
    /// <summary>The answer to subscribe or resume is not there yet: everything is held (R2).</summary>
    Joining,

    /// <summary>Pages are being pulled.</summary>
    CatchingUp,

    /// <summary>A page was marked live: what follows comes as frames.</summary>
    Live,

    /// <summary>Refused.</summary>
    Ended,
}
