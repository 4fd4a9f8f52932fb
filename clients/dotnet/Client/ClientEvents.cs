using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <summary>The connection went from one state to another.</summary>
/// <param name="From">The state before.</param>
/// <param name="To">The state now.</param>
/// <param name="Instance">The instance it is connected or connecting to; null while there is none.</param>
/// <param name="Error">Why, where something failed.</param>
/// <param name="RetryIn">With <see cref="ConnectionState.Waiting"/>: how long.</param>
public sealed record ConnectionStateChanged(
    ConnectionState From, ConnectionState To, string? Instance, ErrorDetail? Error, TimeSpan? RetryIn);

/// <summary>A lost connection is made good: every channel is live again and has handed on what it missed.</summary>
/// <param name="Instance">Where the client is now.</param>
/// <param name="PreviousInstance">Where it was.</param>
/// <param name="Duration">From the loss of the connection to the last channel being live.</param>
/// <param name="Attempts">Connection attempts that it took.</param>
/// <param name="Channels">Channels resumed.</param>
/// <param name="Messages">Messages that were caught up.</param>
public sealed record SessionResumed(
    string Instance, string PreviousInstance, TimeSpan Duration, int Attempts, int Channels, long Messages);

/// <summary>A channel has caught up after a subscribe, a resume or a hole.</summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Outcome">The worst of what was answered: started, recovered, gap or reset.</param>
/// <param name="Messages">Messages that were caught up.</param>
/// <param name="Duration">How long it took from the first question.</param>
public sealed record ChannelRecovered(string Channel, Outcome Outcome, long Messages, TimeSpan Duration);
