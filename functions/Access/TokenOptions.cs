using System.Text;

namespace ServerlessGateway.Access;

/// <summary>
/// Whose tokens are taken from clients. Section <c>Gateway:Tokens</c>; one of the two ways must be set.
/// </summary>
internal sealed class TokenOptions : IGatewayOptions
{
    public static string SectionName => "Gateway:Tokens";

    /// <summary>A symmetric key (HS256), as text; at least 32 bytes of UTF-8. A secret: never logged.</summary>
    public string? SymmetricKey { get; set; }

    /// <summary>The address of the issuer, whose signing keys are found by OpenID Connect discovery below it.</summary>
    public string? Authority { get; set; }

    /// <summary>
    /// The issuer that tokens must name. With <see cref="Authority"/> default is what the discovery document says.
    /// </summary>
    public string? Issuer { get; set; }

    /// <summary>The audience that tokens must name. Required.</summary>
    public string? Audience { get; set; }

    /// <summary>How far the clocks of issuer and gateway may be apart. Default 30 s; 0 to 5 minutes.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    public void Validate(OptionsReport report)
    {
        report.Require(string.IsNullOrEmpty(SymmetricKey) != string.IsNullOrEmpty(Authority),
            $"{nameof(SymmetricKey)} or {nameof(Authority)}", null, "exactly one of the two");
        report.Require(string.IsNullOrEmpty(SymmetricKey) || Encoding.UTF8.GetByteCount(SymmetricKey) >= 32,
            nameof(SymmetricKey), "(shorter)", "at least 32 bytes of UTF-8");
        report.Issuer(nameof(Authority), Authority);
        report.Require(string.IsNullOrEmpty(SymmetricKey) || !string.IsNullOrEmpty(Issuer), nameof(Issuer), Issuer,
            $"the issuer of the tokens, wherever {nameof(SymmetricKey)} is set");
        report.Require(!string.IsNullOrEmpty(Audience), nameof(Audience), Audience, "the audience of the tokens");
        report.Range(nameof(ClockSkew), ClockSkew, TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }
}
