using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>
/// The bodies of the connect event: what the handler is told of the client, and what it answers. The client's token is not
/// told, neither the query nor the header that carries it: its claims are.
/// </summary>
internal static class ConnectBody
{
    private const string TokenQuery = "access_token";
    private const string TokenHeader = "Authorization";

    public static byte[] Write(JsonWebToken token, HttpRequest request, IList<string> subprotocols) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                claims = token.Claims
                    .GroupBy(claim => claim.Type, StringComparer.Ordinal)
                    .ToDictionary(group => group.Key, group => group.Select(claim => claim.Value).ToArray()),
                query = Without(TokenQuery, request.Query),
                headers = Without(TokenHeader, request.Headers),
                subprotocols,
                clientCertificates = Array.Empty<object>(),
            },
            JsonSerializerOptions.Web);

    /// <summary>Reads the handler's answer; what it names wrongly is a <see cref="FormatException"/>.</summary>
    public static ConnectOutcome.Accepted Read(ReadOnlySpan<byte> body, string? state)
    {
        if (body.IsEmpty) return ConnectOutcome.Accepted.AsIs with { State = state };
        Answer? answer;
        try
        {
            answer = JsonSerializer.Deserialize<Answer>(body, JsonSerializerOptions.Web);
        }
        catch (JsonException exception)
        {
            throw new FormatException(exception.Message, exception);
        }

        if (answer is null) return ConnectOutcome.Accepted.AsIs with { State = state };
        if (!UserId.IsValid(answer.UserId)) throw new FormatException("it names a user id with control characters.");
        if (answer.Roles?.Contains(null) == true) throw new FormatException("it names a role that is null.");
        var groups = (answer.Groups ?? []).Select(name => GroupName.TryParse(name, out var group)
            ? group
            : throw new FormatException($"it names the group '{name}'.")).ToList();
        return new ConnectOutcome.Accepted(answer.UserId, groups, answer.Roles!, answer.Subprotocol, state);
    }

    private static Dictionary<string, string?[]> Without(
        string name, IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> pairs) =>
        pairs.Where(pair => !pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());

    private sealed record Answer(string? UserId, string?[]? Groups, string?[]? Roles, string? Subprotocol);
}
