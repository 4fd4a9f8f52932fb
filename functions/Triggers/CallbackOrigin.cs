using ServerlessGateway.Instances;

namespace ServerlessGateway.Triggers;

/// <summary>Tells an instance by the host name that it gives as its origin.</summary>
internal static class CallbackOrigin
{
    /// <summary>
    /// True where an origin is the instance's. Loopback instances differ by port only, and have more than one name.
    /// </summary>
    public static bool IsOf(string? origin, GatewayInstance instance)
    {
        var endpoint = instance.Endpoint;
        if (!endpoint.IsLoopback)
        {
            return string.Equals(origin, endpoint.Host, StringComparison.OrdinalIgnoreCase)
                || string.Equals(origin, endpoint.Authority, StringComparison.OrdinalIgnoreCase);
        }

        return Uri.TryCreate($"{endpoint.Scheme}://{origin}", UriKind.Absolute, out var uri) && uri.IsLoopback && uri.Port == endpoint.Port;
    }
}
