using Microsoft.IdentityModel.JsonWebTokens;

namespace ServerlessGateway.WebPubSubEmulator.Access;

/// <summary>
/// Tokens in the shape of Entra's, which applications without an access key send to the REST API. Nothing here can check
/// who signed one or what its holder may do, so they are accepted only where the user says so; then their audience and
/// their time are looked at and nothing else.
/// </summary>
internal sealed partial class EntraTokens
{
    private const string Audience = "https://webpubsub.azure.com";

    /// <summary>Clocks of this machine and of the issuer may differ by this much.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private readonly bool _areAllowed;
    private readonly TimeProvider _time;

    public EntraTokens(bool areAllowed, TimeProvider time, ILogger<EntraTokens> logger)
    {
        _areAllowed = areAllowed;
        _time = time;
        if (areAllowed) LogAllowed(logger, Audience);
    }

    public bool Accepts(string? token)
    {
        if (!_areAllowed || string.IsNullOrEmpty(token)) return false;
        try
        {
            var read = new JsonWebToken(token);
            var now = _time.GetUtcNow().UtcDateTime;
            return read.Audiences.Any(audience => audience.TrimEnd('/') == Audience)
                && read.ValidFrom <= now + Skew
                && read.ValidTo >= now - Skew;
        }
        catch (ArgumentException)
        {
            // No token at all; the caller says so.
            return false;
        }
    }

    [LoggerMessage(3411, LogLevel.Warning, "REST calls with a token for {Audience} are accepted without checking who made it")]
    private static partial void LogAllowed(ILogger logger, string audience);
}
