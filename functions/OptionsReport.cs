using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ServerlessGateway;

/// <summary>
/// Collects what is wrong with a section; each message gives the key, the value and what is permitted.
/// </summary>
/// <param name="section">The section's key.</param>
internal sealed class OptionsReport(string section)
{
    private readonly List<string> _failures = [];

    /// <summary>The outcome so far.</summary>
    public ValidateOptionsResult Result =>
        _failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);

    /// <summary>Reports a number outside of its range.</summary>
    public void Range(string key, long value, long lowest, long highest)
    {
        if (value < lowest || value > highest)
        {
            Add(key, value.ToString(CultureInfo.InvariantCulture), $"permitted: {lowest} to {highest}");
        }
    }

    /// <summary>Reports a time outside of its range.</summary>
    public void Range(string key, TimeSpan value, TimeSpan lowest, TimeSpan highest)
    {
        if (value < lowest || value > highest)
        {
            Add(key, value.ToString("c", CultureInfo.InvariantCulture), $"permitted: {lowest:c} to {highest:c}");
        }
    }

    /// <summary>Reports a value that does not hold; <paramref name="shown"/> is never a secret.</summary>
    public void Require(bool holds, string key, string? shown, string permitted)
    {
        if (!holds)
        {
            Add(key, shown, $"permitted: {permitted}");
        }
    }

    /// <summary>
    /// Reports an issuer's address that is given and is neither https nor http on this machine. The scheme is asked for
    /// too: on Unix, <c>/tenant</c> is an address of a file.
    /// </summary>
    public void Issuer(string key, string? address) => Require(
        string.IsNullOrEmpty(address)
            || (Uri.TryCreate(address, UriKind.Absolute, out var uri)
                && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))),
        key, address, "an https address, or a loopback one");

    /// <summary>
    /// Reports children of a section that nobody reads: a misspelt limit must not silently be the default.
    /// </summary>
    public void UnknownKeys(IConfigurationSection configuration, IReadOnlyCollection<string> known)
    {
        foreach (var child in configuration.GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                _failures.Add($"{child.Path} is not a setting of the gateway; known below {section}: {string.Join(", ", known.Order())}.");
            }
        }
    }

    private void Add(string key, string? value, string permitted) =>
        _failures.Add($"{section}:{key} is {(value is null ? "missing" : $"'{value}'")}; {permitted}.");
}
