using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ServerlessGateway.Client;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.EndToEnd.Tests;

[Collection(StackCollection.Name)]
public sealed class BadInputTests(StackFixture fixture)
{
    [Theory]
    [InlineData(null, 3001)]
    [InlineData("not-a-token", 3002)]
    public async Task A_missing_or_wrong_token_gets_its_code(string? token, int code)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(fixture.Stack.Endpoint, "/api/negotiate"));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);

        using var response = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(code, await CodeOfAsync(response));
    }

    [Fact]
    public async Task A_forged_callback_is_refused_and_changes_nothing()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(fixture.Stack.Endpoint, "/api/webpubsub/alpha"))
        {
            Content = new StringContent("{\"type\":\"positions\",\"id\":1}", MediaTypeHeaderValue.Parse("application/json")),
        };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["ce-specversion"] = "1.0",
            ["ce-type"] = "azure.webpubsub.user.gateway",
            ["ce-source"] = "/hubs/gateway/client/forged",
            ["ce-id"] = "1",
            ["ce-connectionId"] = "forged",
            ["ce-hub"] = "gateway",
            ["ce-eventName"] = "gateway",
            ["ce-signature"] = $"sha256={new string('0', 64)}",
        })
        {
            request.Headers.Add(name, value);
        }

        using var response = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(ErrorCodes.CallbackForbidden.Code, await CodeOfAsync(response));
    }

    [Fact]
    public async Task What_a_client_may_not_do_is_refused_with_value_and_limit_and_the_connection_goes_on()
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        await using var client = new GatewayClient(new GatewayClientOptions
        {
            Endpoint = fixture.Stack.Endpoint,
            GetToken = _ => ValueTask.FromResult(fixture.TokenOf("limited", "news:*")),
        });
        await client.ConnectAsync(patience.Token);

        var foreign = await client.PublishAsync("orders:1", 1, patience.Token);
        var refused = await Assert.ThrowsAsync<GatewayException>(() => client.OpenAsync("orders:1", StartFrom.Now, patience.Token));
        var allowed = await client.PublishAsync("news:limited", 1, patience.Token);

        Assert.Equal((PublishOutcome.Refused, ErrorCodes.RightMissing.Code), (foreign.Outcome, foreign.Error!.Code));
        Assert.Equal(ErrorCodes.RightMissing.Code, refused.Code);
        Assert.True(allowed.IsAccepted);
    }

    [Fact]
    public async Task Another_users_session_is_refused()
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        await using var owner = fixture.CreateClient("owner");
        await owner.ConnectAsync(patience.Token);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(fixture.Stack.Endpoint, "/api/negotiate"))
        {
            Content = new StringContent(
                JsonSerializer.Serialize(new { session = owner.SessionId }), MediaTypeHeaderValue.Parse("application/json")),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", fixture.TokenOf("thief"));

        using var response = await http.SendAsync(request, patience.Token);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(ErrorCodes.SessionForeign.Code, await CodeOfAsync(response));
    }

    private static async Task<int> CodeOfAsync(HttpResponseMessage response)
    {
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("code").GetInt32();
    }
}
