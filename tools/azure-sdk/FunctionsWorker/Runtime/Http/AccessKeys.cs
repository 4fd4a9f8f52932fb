using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Http;

/// <summary>
/// Checks the key of a request as the host does: the header wins over the query, a key opens its own level, and the
/// master key opens every level. A level whose key is not configured stays closed.
/// </summary>
internal sealed class AccessKeys(StandInSettings settings)
{
    private const string Header = "x-functions-key";
    private const string Query = "code";

    public bool Allows(AuthorizationLevel level, HttpRequest request)
    {
        if (level == AuthorizationLevel.Anonymous)
        {
            return true;
        }

        var key = request.Headers.TryGetValue(Header, out var header) ? header[0] : request.Query[Query].FirstOrDefault();
        return key is not null && (Same(key, settings.MasterKey) || level switch
        {
            AuthorizationLevel.Function => Same(key, settings.HostKey),
            AuthorizationLevel.System => Same(key, settings.SystemKey),
            _ => false,
        });
    }

    /// <summary>The webhooks of extensions take a system key, where the process is given one.</summary>
    public bool AllowsWebhook(HttpRequest request) =>
        settings.SystemKey is null || Allows(AuthorizationLevel.System, request);

    private static bool Same(string given, string? expected) => expected is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
