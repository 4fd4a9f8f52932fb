using System.Text;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Messaging.WebPubSub;
using ServerlessGateway.Contract.Tests.WebPubSubEmulator;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

public sealed class WebPubSubRequestTests : IAsyncLifetime
{
    private TestInstance _instance = null!;
    private WebPubSubServiceClient _client = null!;

    public async Task InitializeAsync()
    {
        _instance = await TestInstance.StartAsync();
        _client = new WebPubSubServiceClient(_instance.Host.ConnectionString, TestInstance.Hub);
    }

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Fact]
    public async Task A_url_lasts_an_hour_unless_told_otherwise_and_is_for_this_hub_only()
    {
        var byDefault = Claims(await _client.GetClientAccessUriAsync());
        var at = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 90);
        var told = Claims(await _client.GetClientAccessUriAsync(at, userId: "ada"));

        Assert.Equal(3600, byDefault["exp"]!.GetValue<long>() - byDefault["iat"]!.GetValue<long>());
        Assert.Equal($"{_instance.Endpoint}/client/hubs/chat", byDefault["aud"]!.GetValue<string>());
        Assert.Null(byDefault["sub"]);
        Assert.Null(byDefault["role"]);
        Assert.Equal(at.ToUnixTimeSeconds(), told["exp"]!.GetValue<long>());
        Assert.Equal("ada", told["sub"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_failing_service_is_asked_as_often_as_told_and_then_it_throws(int maxRetries)
    {
        await _instance.FaultAsync("""{"kind":"refuseRest"}""");
        using var http = new CountingHandler();
        var client = Client(http, options =>
        {
            options.Retry.MaxRetries = maxRetries;
            options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        });

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => client.SendToGroupAsync("room", "text"));

        Assert.Equal(503, failure.Status);
        Assert.Equal(maxRetries + 1, http.Requests.Count);
    }

    [Fact]
    public async Task Each_attempt_is_signed_for_its_url()
    {
        using var http = new CountingHandler();
        var client = Client(http, _ => { });

        await client.SendToGroupAsync("room", RequestContent.Create("x"), ContentType.TextPlain, ["a", "b"], "userId ne 'c'");

        var request = Assert.Single(http.Requests);
        var claims = Payload(request.Headers.Authorization!.Parameter!);
        Assert.Equal(request.RequestUri!.AbsoluteUri, claims["aud"]!.GetValue<string>());
        Assert.Equal(300, claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>());
        Assert.Equal(HttpMethod.Post, request.Method);
        Assert.Equal("/api/hubs/chat/groups/room/:send", request.RequestUri.AbsolutePath);
        Assert.Equal(
            "?excluded=a&excluded=b&filter=userId%20ne%20%27c%27&api-version=2024-12-01", request.RequestUri.Query);
    }

    [Fact]
    public async Task An_attempt_that_gets_no_answer_ends_with_its_network_timeout()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var options = new WebPubSubServiceClientOptions
        {
            Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromMilliseconds(200) },
        };
        var client = new WebPubSubServiceClient(
            $"Endpoint=http://{silent.LocalEndpoint};AccessKey=key;Version=1.0;", TestInstance.Hub, options);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.SendToGroupAsync("room", "text").WaitAsync(ServiceBusNamespace.Hang));
    }

    [Fact]
    public async Task A_context_cancels_and_can_keep_a_failure_from_throwing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var response = await _client.AddConnectionToGroupAsync(
            "room", "nobody", new RequestContext { ErrorOptions = ErrorOptions.NoThrow });

        Assert.True(response.IsError);
        Assert.Equal(404, response.Status);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.SendToGroupAsync(
            "room",
            RequestContent.Create("x"),
            ContentType.TextPlain,
            context: new RequestContext { CancellationToken = cancelled.Token }));
    }

    [Fact]
    public async Task Without_a_key_the_service_makes_the_token_in_one_call()
    {
        using var http = new CountingHandler(_ => new HttpResponseMessage
        {
            Content = new StringContent("""{"token":"made-by-the-service"}"""),
        });
        var client = new WebPubSubServiceClient(
            new Uri("https://pubsub.example.org"),
            TestInstance.Hub,
            DelegatedTokenCredential.Create((_, _) => new AccessToken("entra", DateTimeOffset.MaxValue)),
            new WebPubSubServiceClientOptions { Transport = new HttpClientTransport(http) });

        var url = await client.GetClientAccessUriAsync(TimeSpan.FromMinutes(10.5), "ada", ["r1", "r2"], ["g"]);

        var request = Assert.Single(http.Requests);
        Assert.Equal("wss://pubsub.example.org/client/hubs/chat?access_token=made-by-the-service", url.AbsoluteUri);
        Assert.Equal("Bearer entra", request.Headers.Authorization!.ToString());
        Assert.Equal("/api/hubs/chat/:generateToken", request.RequestUri!.AbsolutePath);
        Assert.Contains("userId=ada&role=r1&role=r2&minutesToExpire=10&group=g", request.RequestUri.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_asked_for_the_services_own_audience()
    {
        using var http = new CountingHandler(_ => new HttpResponseMessage(System.Net.HttpStatusCode.Accepted));
        List<string> scopes = [];
        var client = new WebPubSubServiceClient(
            new Uri("https://pubsub.example.org"),
            TestInstance.Hub,
            DelegatedTokenCredential.Create((context, _) =>
            {
                scopes.AddRange(context.Scopes);
                return new AccessToken("entra", DateTimeOffset.MaxValue);
            }),
            new WebPubSubServiceClientOptions { Transport = new HttpClientTransport(http) });

        await client.SendToGroupAsync("room", "hello");

        Assert.Equal(["https://webpubsub.azure.com/.default"], scopes);
        Assert.Equal("Bearer entra", Assert.Single(http.Requests).Headers.Authorization!.ToString());
    }

    [Theory]
    [InlineData("AccessKey=k")]
    [InlineData("Endpoint=http://localhost")]
    [InlineData("Endpoint=http://localhost;Endpoint=http://other;AccessKey=k")]
    [InlineData("Endpoint=http://localhost;AccessKey=k;Port=no")]
    public void A_connection_string_that_lacks_something_is_refused(string connectionString) =>
        Assert.Throws<ArgumentException>(() => new WebPubSubServiceClient(connectionString, "hub"));

    [Fact]
    public void The_port_of_a_connection_string_replaces_that_of_the_endpoint()
    {
        var client = new WebPubSubServiceClient("endpoint=http://localhost;accesskey=k==;port=8080;Version=1.0", "hub");

        Assert.Equal((new Uri("http://localhost:8080/"), "hub"), (client.Endpoint, client.Hub));
        Assert.Throws<ArgumentNullException>(() => new WebPubSubServiceClient((string)null!, "hub"));
    }

    [Fact]
    public async Task What_is_not_named_is_refused_before_any_call()
    {
        using var http = new CountingHandler();
        var client = Client(http, _ => { });

        await Assert.ThrowsAsync<ArgumentException>(() => client.SendToGroupAsync(string.Empty, "x"));
        await Assert.ThrowsAsync<ArgumentNullException>(() => client.CloseConnectionAsync(null));
        await Assert.ThrowsAsync<ArgumentNullException>(() => client.AddConnectionsToGroupsAsync(null, null));

        Assert.Empty(http.Requests);
    }

    private WebPubSubServiceClient Client(HttpMessageHandler http, Action<WebPubSubServiceClientOptions> configure)
    {
        var options = new WebPubSubServiceClientOptions { Transport = new HttpClientTransport(http) };
        configure(options);
        return new WebPubSubServiceClient(_instance.Host.ConnectionString, TestInstance.Hub, options);
    }

    private static JsonObject Claims(Uri url) => Payload(url.Query["?access_token=".Length..]);

    private static JsonObject Payload(string token) => (JsonObject)JsonNode.Parse(
        Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])))!;
}
