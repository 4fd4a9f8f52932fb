using System.Text.Json;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Rest;

/// <summary>The body of <c>:addToGroups</c> and <c>:removeFromGroups</c>: groups, and the filter that chooses connections.</summary>
internal static class GroupsBody
{
    public static async ValueTask<(IReadOnlyList<GroupName> Groups, SendScope Scope)> ReadAsync(RestCall call)
    {
        if (!call.Context.Request.HasJsonContentType())
        {
            throw new RestException(
                StatusCodes.Status415UnsupportedMediaType, "UnsupportedMediaType", "The body must be application/json.");
        }

        Body? body;
        try
        {
            body = JsonSerializer.Deserialize<Body>(await call.ReadBodyAsync(), JsonSerializerOptions.Web);
        }
        catch (JsonException exception)
        {
            throw RestException.Bad($"The body is not readable: {exception.Message}");
        }

        if (body?.Groups is not { Length: > 0 } names) throw RestException.Bad("'groups' is missing or empty.", "groups");
        return ([.. names.Select(name => RestCall.ParseGroup(name, "groups"))], new SendScope(null, RestCall.Filter(body.Filter)));
    }

    private sealed record Body(string[]? Groups, string? Filter);
}
