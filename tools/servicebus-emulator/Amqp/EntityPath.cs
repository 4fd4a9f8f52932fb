namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// Resources of tokens, which name an entity by a URI or by host and path, with any case and slashes at the end.
/// </summary>
internal static class EntityPath
{
    /// <summary>
    /// The path inside the namespace: <c>sb://host/queue/</c> and <c>host/queue</c> both give <c>queue</c>.
    /// </summary>
    public static string OfResource(string resource)
    {
        var scheme = resource.IndexOf("://", StringComparison.Ordinal);
        var slash = resource.IndexOf('/', scheme < 0 ? 0 : scheme + 3);
        return slash < 0 ? string.Empty : resource[slash..].Trim('/');
    }
}
