using System.Net;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Tests.Support;
using ServerlessGateway.WebPubSubEmulator.Quotas;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>What an instance with quotas refuses, and that it goes on when there is room again.</summary>
public sealed class QuotaTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    [Fact]
    [Feature("Instances", "Connection quota, by tier and units")]
    public async Task Connections_over_the_quota_are_429_over_all_hubs_and_no_handler_hears_of_them()
    {
        await using var handler = await TestHandler.StartAsync();
        await using var instance = await StartAsync(new QuotaOptions { Connections = 1 }, handler.Config("connect"));
        await using var first = await instance.ConnectAsync("ada");
        var other = TestInstance.Sign($"{instance.Endpoint}/client/hubs/other");
        var same = TestInstance.Sign(instance.Audience);

        Assert.Equal(
            HttpStatusCode.TooManyRequests,
            await TestClient.HandshakeStatusAsync(instance.ClientUrl(other, "/client/hubs/other")));
        Assert.Equal(HttpStatusCode.TooManyRequests, await TestClient.HandshakeStatusAsync(instance.ClientUrl(same)));
        await instance.StatusAsync(HttpMethod.Delete, $"/connections/{first.ConnectionId}");

        Assert.Equal(HttpStatusCode.SwitchingProtocols, await TestClient.HandshakeStatusAsync(instance.ClientUrl(same)));
        Assert.Equal(2, handler.Requests.Count(request => request.Event == "connect"));
    }

    [Fact]
    [Feature("Instances", "REST calls per second", Support = FeatureSupport.Different, Note = "Azure publishes no number; `--rest-per-second` sets one.")]
    public async Task REST_calls_over_the_quota_are_429_with_the_time_to_wait()
    {
        await using var instance = await StartAsync(new QuotaOptions { RestCallsPerSecond = 2 });
        await instance.AcceptedAsync("/:send", "1");
        await instance.AcceptedAsync("/:send", "2");

        using var refused = await instance.PostAsync("/:send", "3");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("Error.TooManyRequests", await TestInstance.CodeAsync(refused));
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        Assert.Equal(1, instance.Host.Meter.Read(0).RestCallsRefused);
        _time.Advance(TimeSpan.FromSeconds(1));
        await instance.AcceptedAsync("/:send", "4");
    }

    [Fact]
    [Feature("Instances", "Messages of a day", Support = FeatureSupport.Different, Note = "Over the quota sends and handshakes are 429 until midnight UTC; clients that are there stay and may send.")]
    public async Task Messages_over_the_quota_of_the_day_are_429_until_the_next_day()
    {
        await using var instance = await StartAsync(new QuotaOptions { MessagesPerDay = 1 });
        await using var client = await instance.ConnectAsync("ada", subprotocol: null);
        await instance.AcceptedAsync("/:send", new string('x', 2048));
        Assert.Equal(2048, (await client.ReceiveTextAsync()).Length);
        var url = instance.ClientUrl(TestInstance.Sign(instance.Audience, expires: DateTime.UtcNow.AddDays(3)));
        using var refused = await instance.PostAsync("/:send", "x");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Null(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, await instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await TestClient.HandshakeStatusAsync(url));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await TestClient.HandshakeStatusAsync(url));
    }

    private Task<TestInstance> StartAsync(QuotaOptions quotas, string? config = null) =>
        TestInstance.StartAsync(config, options => options with { Quotas = quotas, Time = _time });
}
