using ServerlessGateway.Instances;

namespace ServerlessGateway.Sessions;

/// <summary>Picks the instance that a client is sent to.</summary>
internal static class InstanceChoice
{
    /// <summary>
    /// One of the open ones by its share of the weights, never one to avoid unless that would leave none; null where
    /// none is open.
    /// </summary>
    /// <param name="instances">All that are configured.</param>
    /// <param name="open">Those that take connections.</param>
    /// <param name="avoid">Those that the client does not want.</param>
    /// <param name="fraction">The choice, from 0 up to but not including 1.</param>
    public static GatewayInstance? Pick(
        IReadOnlyList<GatewayInstance> instances, IReadOnlySet<InstanceName> open, IReadOnlyCollection<string> avoid, double fraction)
    {
        var candidates = instances.Where(instance => open.Contains(instance.Name)).ToList();
        if (candidates.Any(instance => !avoid.Contains(instance.Name.Value)))
        {
            candidates.RemoveAll(instance => avoid.Contains(instance.Name.Value));
        }

        var left = fraction * candidates.Sum(instance => instance.Weight);
        foreach (var instance in candidates)
        {
            left -= instance.Weight;
            if (left < 0)
            {
                return instance;
            }
        }

        // Rounding may leave a hair above the sum.
        return candidates.LastOrDefault();
    }
}
