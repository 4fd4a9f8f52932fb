namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// A parsed address. Tolerates what clients send: full URIs (<c>amqps://host/orders</c>), a leading slash, any
/// case, and the suffixes <c>/Subscriptions/{name}</c>, <c>/$DeadLetterQueue</c> and <c>/$management</c>.
/// </summary>
/// <param name="Entity">The queue's or topic's name, as it was given; it may hold slashes.</param>
/// <param name="Subscription">The subscription's name, if any.</param>
/// <param name="IsDeadLetterQueue">Whether the dead-letter queue is meant.</param>
/// <param name="IsManagement">Whether the entity's management node is meant.</param>
public readonly record struct EntityAddress(
    string Entity, string? Subscription, bool IsDeadLetterQueue, bool IsManagement)
{
    private const string SubscriptionsPart = "/Subscriptions/";
    private const string DeadLetterSuffix = "/$deadletterqueue";
    private const string ManagementSuffix = "/$management";

    /// <summary>Longer addresses are refused unread: names end at 260 and 50 characters, hosts at 253.</summary>
    private const int MaxCharacters = 1_024;

    /// <summary>Parses an address; false when it is none.</summary>
    public static bool TryParse(string? text, out EntityAddress address)
    {
        address = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxCharacters)
        {
            return false;
        }

        var path = WithoutHost(text).Trim('/');
        var isManagement = TryCutSuffix(ref path, ManagementSuffix);
        var isDeadLetterQueue = TryCutSuffix(ref path, DeadLetterSuffix);
        string? subscription = null;
        var split = path.IndexOf(SubscriptionsPart, StringComparison.OrdinalIgnoreCase);
        if (split >= 0)
        {
            subscription = path[(split + SubscriptionsPart.Length)..];
            path = path[..split];
        }

        if (path.Length == 0 || path.StartsWith('$') || subscription?.Length == 0)
        {
            return false;
        }

        address = new EntityAddress(path, subscription, isDeadLetterQueue, isManagement);
        return true;
    }

    /// <summary>The canonical form, without the management suffix.</summary>
    public string ToEntityPath() =>
        (Subscription is null ? Entity : Entity + SubscriptionsPart + Subscription)
        + (IsDeadLetterQueue ? DeadLetterSuffix : "");

    private static string WithoutHost(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return text;
        }

        var path = text.IndexOf('/', scheme + 3);
        return path < 0 ? "" : text[path..];
    }

    private static bool TryCutSuffix(ref string path, string suffix)
    {
        if (!path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        path = path[..^suffix.Length];
        return true;
    }
}
