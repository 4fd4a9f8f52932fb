using System.Globalization;
using System.Text;

namespace ServerlessGateway.Access;

/// <summary>The rule for user names.</summary>
internal static class UserName
{
    /// <summary>The longest name, in characters; also Web PubSub's bound for a user id.</summary>
    public const int MaxLength = 128;

    /// <summary>
    /// Names of the gateway's own publishers begin with <c>$</c>, and the hash of a publisher is joined with NUL:
    /// neither can be a user's.
    /// </summary>
    public static bool IsLegal(string? name) =>
        name is { Length: > 0 and <= MaxLength } && name[0] != '$' && !name.Any(char.IsControl);

    /// <summary>
    /// The name as Web PubSub gets it: it sends user ids in a header, which does not carry characters beyond ASCII
    /// safely through every proxy. So those, white space and the percent sign are percent-encoded; no two names become
    /// one.
    /// </summary>
    public static string ToServiceId(string name)
    {
        if (name.All(IsPlain))
        {
            return name;
        }

        var id = new StringBuilder(name.Length * 3);
        foreach (var octet in Encoding.UTF8.GetBytes(name))
        {
            _ = IsPlain((char)octet) ? id.Append((char)octet) : id.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }

        return id.ToString();
    }

    private static bool IsPlain(char character) => character is > ' ' and < '\u007f' and not '%';
}
