using System.Text.Json;
using Azure;

namespace ServerlessGateway.AzureSdk.WebPubSub;

/// <summary>Makes the URLs by which clients connect: signed here with the key, or asked for where there is none.</summary>
internal sealed class ClientAccess
{
    private readonly Uri _endpoint;
    private readonly string _hub;
    private readonly Func<TokenRequest, CancellationToken, Task<string>> _token;

    private ClientAccess(Uri endpoint, string hub, Func<TokenRequest, CancellationToken, Task<string>> token)
    {
        _endpoint = endpoint;
        _hub = hub;
        _token = token;
    }

    public static ClientAccess WithKey(Uri endpoint, string hub, AzureKeyCredential credential) =>
        new(endpoint, hub, (request, _) => Task.FromResult(Sign(endpoint, hub, credential, request)));

    public static ClientAccess WithRequests(Uri endpoint, string hub, HubRequests requests) =>
        new(endpoint, hub, (request, cancellationToken) => requests.GenerateTokenAsync(
            request, MinutesUntil(request.ExpiresAt), new RequestContext { CancellationToken = cancellationToken }));

    public async Task<Uri> UriAsync(
        DateTimeOffset expiresAt,
        string? userId,
        IEnumerable<string>? roles,
        IEnumerable<string>? groups,
        CancellationToken cancellationToken)
    {
        var request = new TokenRequest(expiresAt, userId, [.. roles ?? []], [.. groups ?? []]);
        var token = await _token(request, cancellationToken).ConfigureAwait(false);
        var client = new UriBuilder(_endpoint) { Scheme = _endpoint.Scheme == Uri.UriSchemeHttp ? "ws" : "wss" };
        return new Uri($"{client}client/hubs/{_hub}?access_token={token}");
    }

    private static int MinutesUntil(DateTimeOffset expiresAt) =>
        Math.Max((int)(expiresAt - DateTimeOffset.UtcNow).TotalMinutes, 1);

    private static string Sign(Uri endpoint, string hub, AzureKeyCredential credential, TokenRequest request) =>
        SignedToken.Create(
            credential.Key,
            $"{endpoint.AbsoluteUri.TrimEnd('/')}/client/hubs/{hub}",
            DateTimeOffset.UtcNow,
            request.ExpiresAt,
            writer => WriteClaims(writer, request));

    private static void WriteClaims(Utf8JsonWriter writer, TokenRequest request)
    {
        if (request.UserId is not null)
        {
            writer.WriteString("sub", request.UserId);
        }

        WriteList(writer, "role", request.Roles);
        WriteList(writer, "webpubsub.group", request.Groups);
    }

    private static void WriteList(Utf8JsonWriter writer, string name, string[] values)
    {
        if (values.Length > 0)
        {
            writer.WriteStartArray(name);
            foreach (var value in values)
            {
                writer.WriteStringValue(value);
            }

            writer.WriteEndArray();
        }
    }
}

/// <summary>What a token for one client says.</summary>
internal sealed record TokenRequest(DateTimeOffset ExpiresAt, string? UserId, string[] Roles, string[] Groups);
