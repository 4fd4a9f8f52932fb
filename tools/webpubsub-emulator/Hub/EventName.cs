using System.Text.RegularExpressions;

namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// The name of a user event. It becomes part of a header and of a URL, so it is held to what both carry unescaped.
/// </summary>
internal static partial class EventName
{
    public const string Rule = "'event' must be 1 to 128 letters, digits and any of . _ - : / and spaces inside.";

    /// <summary>The event that every frame of a client without subprotocol is.</summary>
    public const string Message = "message";

    public static bool IsValid(string name) => Shape().IsMatch(name);

    [GeneratedRegex(@"^(?! )[A-Za-z0-9._\-:/ ]{1,128}(?<! )\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
