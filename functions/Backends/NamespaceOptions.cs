using ServerlessGateway.Protocol;

namespace ServerlessGateway.Backends;

/// <summary>
/// Settings of namespaces. Section <c>Gateway:Namespaces</c>, by name; <c>*</c> is for those that are not named.
/// </summary>
internal sealed class NamespacesOptions
{
    public const string SectionName = "Gateway:Namespaces";

    /// <summary>The key of the settings for every namespace that has none of its own.</summary>
    public const string Others = "*";

    private static readonly NamespaceOptions Defaults = new();

    /// <summary>The settings by namespace.</summary>
    public IDictionary<string, NamespaceOptions> Namespaces { get; } =
        new Dictionary<string, NamespaceOptions>(StringComparer.Ordinal);

    /// <summary>The settings of a channel.</summary>
    public NamespaceOptions Of(ChannelName channel) =>
        Namespaces.TryGetValue(channel.Namespace, out var own) ? own : Namespaces.TryGetValue(Others, out var others) ? others : Defaults;
}

/// <summary>The settings of one namespace.</summary>
internal sealed class NamespaceOptions
{
    /// <summary>Whether backends get its messages by the topic <c>events</c>. Default false.</summary>
    public bool RouteToBackends { get; set; }

    /// <summary>
    /// How many messages of a channel stay at least, until they are too old. Default 10,000; 1 to 10,000,000.
    /// </summary>
    public int RetentionMessages { get; set; } = 10_000;

    /// <summary>
    /// How long messages stay at least, until they are too many. Default 1 day; 1 minute to 365 days.
    /// </summary>
    public TimeSpan RetentionAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>True where every value lies in its range.</summary>
    public bool IsValid => RetentionMessages is >= 1 and <= 10_000_000
        && RetentionAge >= TimeSpan.FromMinutes(1) && RetentionAge <= TimeSpan.FromDays(365);
}
