using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>
/// The client without its sockets, clocks and threads: inputs in, outputs out, nothing else. One input is handled at a time, so every
/// interleaving is an order of inputs, and a run repeats from its inputs and the seed of <c>random</c>.
/// </summary>
/// <param name="options">Times and bounds.</param>
/// <param name="publisher">128 random bits as 32 hexadecimal digits, never used before.</param>
/// <param name="random">For jitter only.</param>
internal sealed class ClientCore(CoreOptions options, string publisher, Random random)
{
    /// <summary>When <see cref="Tick"/> is due at the latest; null where nothing waits for time.</summary>
    public TimeSpan? NextDue => throw new NotImplementedException();

    public ConnectionState State => throw new NotImplementedException();

    public string? Session => throw new NotImplementedException();

    public string? Instance => throw new NotImplementedException();

    public ClientStatistics Statistics => throw new NotImplementedException();

    /// <summary>The last position processed in a channel; null where it is not subscribed or has none yet.</summary>
    public Position? PositionOf(ChannelName channel) => throw new NotImplementedException();

    /// <summary>Handles one input at a time on a clock that never goes back; what to do is added to <paramref name="outputs"/>.</summary>
    public void Handle(TimeSpan now, CoreInput input, ICollection<CoreOutput> outputs) =>
        throw new NotImplementedException($"{now}{input}{outputs}{options}{publisher}{random}");
}
