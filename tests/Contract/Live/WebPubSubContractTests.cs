using Azure;
using Azure.Core;
using Microsoft.IdentityModel.JsonWebTokens;

namespace ServerlessGateway.Contract.Tests.Live;

/// <summary>
/// What the gateway relies on in Web PubSub, asked of the emulator and, where <c>GATEWAY_LIVE_WEBPUBSUB</c> is set, of the
/// service, through the stand-in or the official package.
/// </summary>
public sealed class WebPubSubContractTests
{
    public static TheoryData<string> Places => [.. WebPubSubPlace.Names];

    [LiveFact(LiveSettings.WebPubSubVariable)]
    public async Task Live_Azure_is_asked_too()
    {
        await using var place = await WebPubSubPlace.OpenAsync(WebPubSubPlace.Azure);

        Assert.Contains(WebPubSubPlace.Azure, WebPubSubPlace.Names);
        Assert.False(place.Client.Endpoint.IsLoopback);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_clients_url_is_for_its_hub_its_user_and_its_time(string name)
    {
        await using var place = await WebPubSubPlace.OpenAsync(name);

        var url = await place.Client.GetClientAccessUriAsync(TimeSpan.FromMinutes(10), "ada", groups: ["one"]);
        var token = new JsonWebToken(System.Web.HttpUtility.ParseQueryString(url.Query)["access_token"]);

        Assert.Equal($"/client/hubs/{place.Client.Hub}", url.AbsolutePath);
        Assert.Equal($"{place.Client.Endpoint.AbsoluteUri.TrimEnd('/')}/client/hubs/{place.Client.Hub}", Assert.Single(token.Audiences));
        Assert.Equal("ada", token.Subject);
        Assert.InRange(token.ValidTo - DateTime.UtcNow, TimeSpan.FromMinutes(8), TimeSpan.FromMinutes(11));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task What_is_sent_to_a_group_keeps_its_kind_and_its_order(string name)
    {
        await using var place = await WebPubSubPlace.OpenAsync(name);
        var group = WebPubSubPlace.NewName();
        await using var member = await place.ConnectAsync("ada", group);

        await place.Client.SendToGroupAsync(group, RequestContent.Create(BinaryData.FromString("""{"a":1}""")), ContentType.ApplicationJson);
        await place.Client.SendToGroupAsync(
            group, RequestContent.Create(BinaryData.FromBytes(new byte[] { 1, 2 })), ContentType.ApplicationOctetStream);
        var accepted = await place.Client.SendToGroupAsync(group, "text");
        var frames = new[] { await member.ReceiveAsync(), await member.ReceiveAsync(), await member.ReceiveAsync() };

        Assert.Equal(202, accepted.Status);
        Assert.Equal(["json", "binary", "text"], frames.Select(frame => frame["dataType"]!.GetValue<string>()));
        Assert.Equal(1, frames[0]["data"]!["a"]!.GetValue<int>());
        Assert.Equal(Convert.ToBase64String([1, 2]), frames[1]["data"]!.GetValue<string>());
        Assert.Equal("text", frames[2]["data"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Connections_join_groups_by_a_filter_and_are_listed_and_closed(string name)
    {
        await using var place = await WebPubSubPlace.OpenAsync(name);
        var (one, two) = (WebPubSubPlace.NewName(), WebPubSubPlace.NewName());
        await using var member = await place.ConnectAsync("ada");

        await place.Client.AddConnectionsToGroupsAsync([one, two], $"connectionId eq '{member.ConnectionId}'");
        var listed = await MembersAsync(place, two);
        await place.Client.RemoveConnectionFromGroupAsync(one, member.ConnectionId);
        var left = await MembersAsync(place, one);
        var before = await place.Client.ConnectionExistsAsync(member.ConnectionId);
        await place.Client.CloseConnectionAsync(member.ConnectionId, "enough");
        await member.ClosedAsync();
        var after = await place.Client.ConnectionExistsAsync(member.ConnectionId);

        Assert.Equal([member.ConnectionId], listed);
        Assert.Empty(left);
        Assert.Equal((true, false), (before.Value, after.Value));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_connection_that_is_gone_cannot_join_a_group(string name)
    {
        await using var place = await WebPubSubPlace.OpenAsync(name);

        var failure = await Assert.ThrowsAsync<RequestFailedException>(
            () => place.Client.AddConnectionToGroupAsync(WebPubSubPlace.NewName(), "not-a-connection"));

        Assert.Equal(404, failure.Status);
    }

    private static async Task<List<string>> MembersAsync(WebPubSubPlace place, string group)
    {
        List<string> members = [];
        await foreach (var member in place.Client.ListConnectionsInGroupAsync(group))
        {
            members.Add(member.ConnectionId);
        }

        return members;
    }
}
