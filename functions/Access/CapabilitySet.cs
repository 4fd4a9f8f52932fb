using System.Text.Json;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Access;

/// <summary>
/// What a token allows: rights per channel pattern, the user's name already put in. A right is held where any pattern
/// that covers the channel gives it. Immutable.
/// </summary>
internal sealed class CapabilitySet
{
    /// <summary>
    /// More patterns than any connection state could hold; looked at before any work is spent on them.
    /// </summary>
    public const int MaxPatterns = 256;

    private CapabilitySet(IReadOnlyDictionary<string, Rights> patterns) => Patterns = patterns;

    /// <summary>Nothing is allowed.</summary>
    public static CapabilitySet Empty { get; } = new(new Dictionary<string, Rights>());

    /// <summary>The rights of each pattern.</summary>
    public IReadOnlyDictionary<string, Rights> Patterns { get; }

    /// <summary>
    /// Takes patterns that were resolved before, as a session's row or a connection's state holds them.
    /// </summary>
    public static CapabilitySet OfResolved(IReadOnlyDictionary<string, Rights> patterns) => new(patterns);

    /// <summary>Reads the claim <c>capabilities</c>; null with the error where it is not one.</summary>
    public static CapabilitySet? Parse(JsonElement claim, string user, out ErrorDetail? error)
    {
        var patterns = new SortedDictionary<string, Rights>(StringComparer.Ordinal);
        if (claim.ValueKind != JsonValueKind.Object)
        {
            error = Invalid("The claim 'capabilities' is an object from patterns to lists of operations.", claim.ValueKind);
            return null;
        }

        foreach (var property in claim.EnumerateObject())
        {
            if (patterns.Count >= MaxPatterns)
            {
                error = ErrorDetail.Of(ErrorCodes.CapabilitiesTooLarge, "The token names too many patterns.", null, MaxPatterns);
                return null;
            }

            if (!ChannelPattern.TryResolve(property.Name, user, out var pattern))
            {
                error = Invalid($"Not a channel pattern of at most {ChannelPattern.MaxLength} legal characters, '*' and '{{sub}}'.", property.Name);
                return null;
            }

            if (ParseRights(property.Value) is not { } rights)
            {
                error = Invalid("Operations are a list of 'subscribe' and 'publish'.", property.Name);
                return null;
            }

            if (pattern is not null)
            {
                patterns[pattern] = patterns.GetValueOrDefault(pattern) | rights;
            }
        }

        error = null;
        return new CapabilitySet(patterns);
    }

    /// <summary>True where the right is held in the channel.</summary>
    public bool Allows(Rights right, ChannelName channel)
    {
        foreach (var (pattern, rights) in Patterns)
        {
            if ((rights & right) != 0 && ChannelPattern.Matches(pattern, channel.Value))
            {
                return true;
            }
        }

        return false;
    }

    private static Rights? ParseRights(JsonElement operations)
    {
        if (operations.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var rights = Rights.None;
        foreach (var operation in operations.EnumerateArray())
        {
            switch (operation.ValueKind == JsonValueKind.String ? operation.GetString() : null)
            {
                case "subscribe":
                    rights |= Rights.Subscribe;
                    break;
                case "publish":
                    rights |= Rights.Publish;
                    break;
                default:
                    return null;
            }
        }

        return rights;
    }

    private static ErrorDetail Invalid(string message, object value) =>
        ErrorDetail.Of(ErrorCodes.InvalidCapability, message, value);
}
