using ServerlessGateway.Protocol;

namespace ServerlessGateway.Access;

/// <summary>
/// A channel pattern, in which <c>*</c> stands for any run of characters. Matching looks for the literal pieces from
/// left to right, each at its first place behind the last: with one kind of wildcard the first place is always as good
/// as any other, so nothing is tried twice.
/// </summary>
internal static class ChannelPattern
{
    /// <summary>
    /// The longest pattern, in characters; a name has at most 128, the rest is for wildcards and placeholders.
    /// </summary>
    public const int MaxLength = 192;

    /// <summary>Stands for the user's own name.</summary>
    public const string UserPlaceholder = "{sub}";

    /// <summary>
    /// Puts the user's name in place of its placeholder. False where the text is not a pattern. The pattern is null
    /// where it can never match, because the name holds characters that no channel has: as it is it could act as a
    /// wildcard or as another user's name.
    /// </summary>
    public static bool TryResolve(string text, string user, out string? pattern)
    {
        pattern = null;
        var bare = text.Replace(UserPlaceholder, string.Empty, StringComparison.Ordinal);
        if (text.Length is 0 or > MaxLength || !IsPattern(bare))
        {
            return false;
        }

        if (bare.Length == text.Length)
        {
            pattern = text;
        }
        else if (ChannelName.HasLegalCharacters(user))
        {
            pattern = text.Replace(UserPlaceholder, user, StringComparison.Ordinal);
        }

        return true;
    }

    /// <summary>True where the pattern, its placeholder already put in, covers the name.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        var star = pattern.IndexOf('*');
        if (star < 0)
        {
            return pattern.SequenceEqual(name);
        }

        if (!name.StartsWith(pattern[..star], StringComparison.Ordinal))
        {
            return false;
        }

        name = name[star..];
        pattern = pattern[(star + 1)..];
        while ((star = pattern.IndexOf('*')) >= 0)
        {
            var at = name.IndexOf(pattern[..star], StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            name = name[(at + star)..];
            pattern = pattern[(star + 1)..];
        }

        // What stands behind the last wildcard must end the name, in what the pieces before it left over.
        return name.EndsWith(pattern, StringComparison.Ordinal);
    }

    private static bool IsPattern(string text)
    {
        foreach (var character in text)
        {
            if (character != '*' && !ChannelName.HasLegalCharacters([character]))
            {
                return false;
            }
        }

        return true;
    }
}
