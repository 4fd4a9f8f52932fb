namespace ServerlessGateway.Deployment;

/// <summary>
/// Refuses values that the app would end its start over: by then everything is made, and all that can be seen is an app
/// that does not answer. The rules are the app's own; a test compares them.
/// </summary>
internal sealed class SettingsCheck(DeploymentEnvironment environment)
{
    private const string Authority = "GATEWAY_TOKEN_AUTHORITY";
    private const string Origins = "GATEWAY_ALLOWED_ORIGINS";

    /// <summary>Looks at what a person has set.</summary>
    /// <exception cref="DeploymentException">A value is missing or not permitted.</exception>
    public void Run()
    {
        var authority = environment.Require(Authority,
            $"Whose tokens do clients present? `azd env set {Authority} https://ISSUER`, an address with OpenID Connect discovery.");
        if (!Uri.TryCreate(authority, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
            throw new DeploymentException($"{Authority} is '{authority}'; permitted: an https address. `azd env set {Authority} https://ISSUER`");
        }

        foreach (var origin in environment.Get(Origins)?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (!IsOrigin(origin))
            {
                throw new DeploymentException(
                    $"{Origins} holds '{origin}'; permitted: '*', or origins such as https://app.example.com without a path, separated by commas.");
            }
        }
    }

    private static bool IsOrigin(string origin) => origin == "*"
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/"
            && !origin.EndsWith('/'));
}
