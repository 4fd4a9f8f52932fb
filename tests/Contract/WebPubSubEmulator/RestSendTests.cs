using System.Net;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>Sends by REST: whom they reach, in which form, and in which order.</summary>
public sealed class RestSendTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    public async Task InitializeAsync() => _instance = await TestInstance.StartAsync();

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Fact]
    [Feature("REST", "Send to all, group, user, connection")]
    public async Task A_send_reaches_whom_it_names_in_the_form_of_its_content_type()
    {
        await using var ada = await _instance.ConnectAsync("ada", null, ["g1"]);
        await using var bob = await _instance.ConnectAsync("bob");
        await using var plain = await _instance.ConnectAsync("eve", null, ["g1"], subprotocol: null);

        await _instance.AcceptedAsync("/:send", "to all");
        await _instance.AcceptedAsync("/groups/g1/:send", """{"n":1}""", "application/json");
        await _instance.AcceptedAsync("/users/bob/:send", "to bob");
        await _instance.AcceptedAsync($"/connections/{ada.ConnectionId}/:send", "to one", "application/octet-stream");

        Assert.Equal(
            ["""{"type":"message","from":"server","dataType":"text","data":"to all"}""",
             """{"type":"message","from":"group","group":"g1","dataType":"json","data":{"n":1}}""",
             """{"type":"message","from":"server","dataType":"binary","data":"dG8gb25l"}"""],
            (await ada.DrainAsync()).Select(frame => frame.ToJsonString()));
        Assert.Equal(
            ["to all", "to bob"], (await bob.DrainAsync()).Select(frame => frame["data"]!.GetValue<string>()));
        Assert.Equal("to all", await plain.ReceiveTextAsync());
        Assert.Equal("""{"n":1}""", await plain.ReceiveTextAsync());
    }

    [Fact]
    [Feature("REST", "Send to all, group, user, connection")]
    public async Task A_send_to_nobody_is_accepted_too()
    {
        await _instance.AcceptedAsync("/:send", "x");
        await _instance.AcceptedAsync("/groups/none/:send", "x");
        await _instance.AcceptedAsync("/users/none/:send", "x");
        await _instance.AcceptedAsync("/connections/none/:send", "x");
    }

    [Fact]
    [Feature("REST", "excluded, and OData filters on userId, connectionId, groups, protocol")]
    public async Task Excluded_and_filter_narrow_a_send()
    {
        await using var ada = await _instance.ConnectAsync("ada", null, ["g1", "g2"]);
        await using var bob = await _instance.ConnectAsync("bob", null, ["g1"]);
        await using var eve = await _instance.ConnectAsync("eve", null, ["g1"]);

        await _instance.AcceptedAsync($"/:send?excluded={ada.ConnectionId}&excluded={eve.ConnectionId}", "1");
        await _instance.AcceptedAsync($"/groups/g1/:send?filter={Uri.EscapeDataString("not ('g2' in groups) and userId ne 'eve'")}", "2");
        await _instance.AcceptedAsync($"/users/bob/:send?filter={Uri.EscapeDataString("'g2' in groups")}", "3");

        Assert.Equal(["1", "2"], (await bob.DrainAsync()).Select(frame => frame["data"]!.GetValue<string>()));
        Assert.Empty(await ada.DrainAsync());
        Assert.Empty(await eve.DrainAsync());
    }

    [Fact]
    [Feature("REST", "Order of awaited sends to a group")]
    public async Task Sends_to_a_group_that_are_awaited_keep_their_order()
    {
        await using var member = await _instance.ConnectAsync("ada", null, ["g1"]);
        for (var i = 0; i < 50; i++) await _instance.AcceptedAsync("/groups/g1/:send", $"{i}");

        Assert.Equal(
            Enumerable.Range(0, 50).Select(i => $"{i}"),
            (await member.DrainAsync()).Select(frame => frame["data"]!.GetValue<string>()));
    }

    [Fact]
    [Feature("REST", "Metadata headers")]
    public async Task Metadata_headers_travel_to_clients()
    {
        await using var client = await _instance.ConnectAsync();
        using var content = TestInstance.Content("x", "text/plain");
        content.Headers.Add("x-webpubsub-metadata-Trace", "1");

        await _instance.RestAsync(HttpMethod.Post, "/:send", content);

        Assert.Equal("1", (await client.ReceiveAsync())["metadata"]!["trace"]!.GetValue<string>());
    }

    [Fact]
    [Feature("REST", "Text in other encodings, bytes without content type")]
    public async Task Text_in_another_encoding_goes_on_in_UTF_8_and_a_body_without_type_is_bytes()
    {
        await using var client = await _instance.ConnectAsync();
        using var latin = new ByteArrayContent([0x68, 0xe9]);
        latin.Headers.TryAddWithoutValidation("Content-Type", "text/plain; charset=\"iso-8859-1\"");
        using var untyped = new ByteArrayContent([0, 255]);

        await _instance.RestAsync(HttpMethod.Post, "/:send", latin);
        await _instance.RestAsync(HttpMethod.Post, "/:send", untyped);

        Assert.Equal(
            ["text hé", "binary AP8="],
            (await client.DrainAsync()).Select(frame => $"{frame["dataType"]} {frame["data"]}"));
    }

    [Theory]
    [InlineData("text/plain; charset=none")]
    [InlineData("text/plain; charset=utf-7")]
    [InlineData("application/json; charset=utf-7")]
    [Feature("REST", "Text in other encodings, bytes without content type")]
    public async Task Text_in_an_encoding_that_nobody_reads_is_415(string contentType)
    {
        using var content = new ByteArrayContent([0x31]);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        using var response = await _instance.RestAsync(HttpMethod.Post, "/:send", content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    [Feature("REST", "Bodies of 1 MB")]
    public async Task A_body_over_1_MB_is_413_and_1_MB_is_accepted()
    {
        await using var client = await _instance.ConnectAsync(subprotocol: null);
        using var full = await _instance.PostAsync("/:send", new string('x', 1024 * 1024));
        using var over = await _instance.PostAsync("/:send", new string('x', 1024 * 1024 + 1));

        Assert.Equal(HttpStatusCode.Accepted, full.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, over.StatusCode);
        Assert.Equal(1024 * 1024, (await client.ReceiveTextAsync()).Length);
    }
}
