using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Rest;

/// <summary>
/// <c>GET groups/{group}/connections</c>: pages of at most 200, with a link to the next one. The continuation token is the
/// place of the last member listed, so members that come and go in between are neither listed twice nor skipped.
/// </summary>
internal static class GroupListing
{
    private const int MaxPageSize = 200;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static IResult List(RestCall call, GroupName group)
    {
        var pageSize = call.Number("maxpagesize", 1, MaxPageSize) ?? MaxPageSize;
        var top = call.Number("top", 1, int.MaxValue);
        var after = AfterOf(call.Query("continuationToken"));
        var count = Math.Min(pageSize, top ?? int.MaxValue);
        var page = call.Hub.ListMembers(group, after, count);
        var left = top - page.Members.Count;
        var next = page.Next is { } ordinal && left is null or > 0 ? LinkTo(call, ordinal, pageSize, left) : null;
        return Results.Json(new Page(page.Members, next), Json);
    }

    private static long AfterOf(string? token)
    {
        if (token is null) return 0;
        return long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
            ? ordinal
            : throw RestException.Bad("'continuationToken' is none of this service.", "continuationToken");
    }

    private static string LinkTo(RestCall call, long ordinal, int pageSize, int? left)
    {
        var request = call.Context.Request;
        // The raw path keeps the escapes of the group's name.
        var path = call.Context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2)[0];
        var top = left is { } count ? $"&top={count}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{request.Scheme}://{request.Host}{path}?maxpagesize={pageSize}{top}&continuationToken={ordinal}&api-version={call.Query("api-version")}");
    }

    private sealed record Page(IReadOnlyList<GroupMember> Value, string? NextLink);
}
