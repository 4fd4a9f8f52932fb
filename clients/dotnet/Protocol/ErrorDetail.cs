using System.Globalization;
using System.Text.Json.Serialization;

namespace ServerlessGateway.Protocol;

/// <summary>
/// An error as it stands on the wire: alone in an HTTP answer, and in <c>error</c> of an item or channel.
/// </summary>
/// <param name="Code">The number of ERRORS.md.</param>
/// <param name="Name">Its stable name.</param>
/// <param name="Message">What failed and what to do, for people; not stable.</param>
/// <param name="Value">The offending value, shortened; never a secret.</param>
/// <param name="Limit">The limit that was passed, in the unit of the code.</param>
/// <param name="RetryAfterMs">For 1xxx: how long to wait at least, in milliseconds.</param>
public sealed record ErrorDetail(
    int Code,
    string Name,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Value = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Limit = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? RetryAfterMs = null)
{
    private const int MaxValueLength = 160;

    /// <summary>Builds an error; the value is shortened to 160 characters.</summary>
    public static ErrorDetail Of(
        ErrorCode code, string message, object? value = null, long? limit = null, int? retryAfterMs = null)
    {
        var text = value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture);
        if (text is { Length: > MaxValueLength })
        {
            var end = char.IsHighSurrogate(text[MaxValueLength - 1]) ? MaxValueLength - 1 : MaxValueLength;
            text = string.Concat(text.AsSpan(0, end), "…");
        }

        return new ErrorDetail(code.Code, code.Name, message, text, limit, retryAfterMs);
    }
}
