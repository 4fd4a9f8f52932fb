namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// Addresses as clients write them: <c>queue</c>, <c>/queue</c>, <c>sb://host/topic/Subscriptions/name</c>,
/// <c>queue/$DeadLetterQueue</c>, <c>queue/$management</c>. Letter case does not matter anywhere in them.
/// </summary>
internal static class EntityPath
{
    public const string Management = "$management";
    public const string Cbs = "$cbs";

    /// <summary>The path inside the namespace, without scheme, host and slashes at the ends.</summary>
    public static string OfAddress(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            var slash = address.IndexOf('/', scheme + 3);
            address = slash < 0 ? string.Empty : address[slash..];
        }

        return address.Trim('/');
    }

    /// <summary>The path of a token's resource; unlike an address it may come without scheme: <c>host/queue</c>.</summary>
    public static string OfResource(string resource)
    {
        if (!resource.Contains("://", StringComparison.Ordinal))
        {
            resource = "sb://" + resource;
        }

        return OfAddress(resource);
    }

    /// <summary>Splits <c>entity/$management</c> into its two parts; false for any other path.</summary>
    public static bool TrySplitManagement(string path, out string entity)
    {
        entity = string.Empty;
        if (string.Equals(path, Management, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!path.EndsWith("/" + Management, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        entity = path[..^(Management.Length + 1)];
        return true;
    }
}
