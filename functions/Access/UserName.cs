namespace ServerlessGateway.Access;

/// <summary>The rule for user names.</summary>
internal static class UserName
{
    /// <summary>The longest name, in characters; also Web PubSub's bound for a user id.</summary>
    public const int MaxLength = 128;

    /// <summary>Names of the gateway's own publishers begin with <c>$</c>, and the hash of a publisher is joined with NUL: neither can be a user's.</summary>
    public static bool IsLegal(string? name) =>
        name is { Length: > 0 and <= MaxLength } && name[0] != '$' && !name.Any(char.IsControl);
}
