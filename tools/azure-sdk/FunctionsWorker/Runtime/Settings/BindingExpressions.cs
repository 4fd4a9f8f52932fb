using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

/// <summary>Replaces <c>%Setting%</c> in the properties of triggers by the app setting of that name.</summary>
internal sealed partial class BindingExpressions(IConfiguration settings)
{
    /// <exception cref="InvalidOperationException">A setting is missing: the app must not start half bound.</exception>
    public string Resolve(string text) => Expression().Replace(text, match =>
    {
        var name = match.Groups["name"].Value;

        // Configuration spells a nested name with colons, the environment with two underscores; both may be written.
        return settings[name] ?? settings[name.Replace("__", ":", StringComparison.Ordinal)]
            ?? throw new InvalidOperationException($"'%{name}%' does not resolve to a value.");
    });

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.CultureInvariant)]
    private static partial Regex Expression();
}
