using System.Text.Json;
using Microsoft.Extensions.Options;
using ServerlessGateway.Access;
using ServerlessGateway.Instances;
using ServerlessGateway.Observability;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Unit.Tests.Sessions;

/// <summary>What the tests of sessions and requests begin with.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly InstanceName Alpha = InstanceName.Parse("alpha");
    public static readonly InstanceName Beta = InstanceName.Parse("beta");
    public static readonly SessionId SessionId = SessionId.Of(0x5f0c);

    public static ChannelName Channel(string name) => ChannelName.Parse(name);

    public static CapabilitySet Capabilities(string json = """{"*":["subscribe","publish"]}""", string user = "alice")
    {
        using var document = JsonDocument.Parse(json);
        return CapabilitySet.Parse(document.RootElement, user, out var error)
            ?? throw new InvalidOperationException(error!.Message);
    }

    public static Session Session(params (string Channel, Position? Position)[] subscriptions) => new()
    {
        Id = SessionId,
        User = "alice",
        Capabilities = Capabilities(),
        TokenExpires = Now.AddHours(1),
        LeaseEnds = Now.AddDays(1),
        Subscriptions = subscriptions.Aggregate(
            System.Collections.Immutable.ImmutableDictionary<ChannelName, Position?>.Empty,
            (all, one) => all.Add(Channel(one.Channel), one.Position)),
    };

    public static SessionRows Rows(ISessionStore store, TimeProvider time) => new(store, time, Options.Create(new SessionOptions()));

    public static GatewayMetrics Metrics() => new(new SilentMeters());
}

/// <summary>Meters that nobody listens to.</summary>
internal sealed class SilentMeters : System.Diagnostics.Metrics.IMeterFactory
{
    public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

    public void Dispose()
    {
        // Meters that are created hold nothing.
    }
}

/// <summary>Instances that are open, or not, as a test wants.</summary>
internal sealed class FixedDirectory(params GatewayInstance[] instances) : IInstanceDirectory
{
    public HashSet<InstanceName> Open { get; } = [.. instances.Select(instance => instance.Name)];

    public IReadOnlyList<GatewayInstance> Instances => instances;

    public ValueTask<IReadOnlySet<InstanceName>> ListOpenAsync(CancellationToken cancellationToken) => new(Open);

    public static FixedDirectory AlphaAndBeta() => new(
        new GatewayInstance(Given.Alpha, new Uri("http://127.0.0.1:8081"), 1, ["key-of-alpha"], null),
        new GatewayInstance(Given.Beta, new Uri("http://127.0.0.1:8082"), 3, ["key-of-beta", "other-key-of-beta"], null));
}

/// <summary>Numbers in a row instead of random ones.</summary>
internal sealed class CountingEntropy : IEntropy
{
    private UInt128 _bits;

    public double Fraction { get; set; }

    public UInt128 NextBits() => ++_bits;

    public double NextFraction() => Fraction;
}
