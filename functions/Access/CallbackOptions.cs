namespace ServerlessGateway.Access;

/// <summary>
/// How callbacks prove that Web PubSub makes them. Section <c>Gateway:Callbacks</c>. Without <see cref="Audience"/> by
/// the signature of the connection's id with an access key of the instance; with it by an Entra token of the instance's
/// own identity.
/// </summary>
internal sealed class CallbackOptions : IGatewayOptions
{
    public static string SectionName => "Gateway:Callbacks";

    /// <summary>
    /// The resource that the hub's event handler asks tokens for, <c>api://GUID</c>. Setting it turns signatures off.
    /// </summary>
    public string? Audience { get; set; }

    /// <summary>
    /// The tenant that issues the tokens. Required with <see cref="Audience"/>, unless <see cref="Authority"/> is set.
    /// </summary>
    public string? TenantId { get; set; }

    /// <summary>
    /// The issuer's address, for clouds other than the public one. Default is the public cloud's, of the tenant.
    /// </summary>
    public string? Authority { get; set; }

    /// <summary>
    /// The issuer that tokens must name. Default: both forms of the tenant, or what the authority's discovery document
    /// says.
    /// </summary>
    public string? Issuer { get; set; }

    public void Validate(OptionsReport report)
    {
        report.Require(string.IsNullOrEmpty(Audience) || !string.IsNullOrEmpty(TenantId) || !string.IsNullOrEmpty(Authority),
            nameof(TenantId), TenantId, $"the tenant's id, wherever {nameof(Audience)} is set");
        report.Require(string.IsNullOrEmpty(TenantId) || Guid.TryParse(TenantId, out _), nameof(TenantId), TenantId, "a GUID");
        report.Issuer(nameof(Authority), Authority);
    }
}
