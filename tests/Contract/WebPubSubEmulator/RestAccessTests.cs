using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>Who may call the data plane, and what is refused before anything is done.</summary>
public sealed class RestAccessTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    public async Task InitializeAsync() => _instance = await TestInstance.StartAsync();

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Fact]
    [Feature("REST", "generateToken")]
    public async Task A_generated_token_opens_a_connection_with_what_it_was_made_for()
    {
        var response = await _instance.RestAsync(
            HttpMethod.Post, "/:generateToken?userId=ada&role=webpubsub.sendToGroup&group=g1&group=g2&minutesToExpire=1");
        var token = (await response.Content.ReadFromJsonAsync<JsonObject>())!["token"]!.GetValue<string>();

        await using var client = await TestClient.ConnectAsync(_instance.ClientUrl(token));

        Assert.Equal(["g1", "g2"], await _instance.GroupsAsync("g1", "g2"));
        Assert.True((await client.AskAsync("""{"type":"sendToGroup","group":"x","data":1,"ackId":4}"""))["success"]!.GetValue<bool>());
    }

    [Fact]
    [Feature("REST", "Callers by access key")]
    public async Task A_caller_is_known_by_a_token_for_the_URL_with_or_without_query()
    {
        var url = $"{_instance.Endpoint}/api/hubs/chat/:send";
        var good = new[]
        {
            TestInstance.Sign(url),
            TestInstance.Sign($"{url}?api-version=2024-12-01"),
            TestInstance.Sign(url, TestInstance.SecondaryKey),
        };
        var bad = new[]
        {
            TestInstance.Sign($"{url}?api-version=other"),
            TestInstance.Sign($"{_instance.Endpoint}/api/hubs/other/:send"),
            TestInstance.Sign(_instance.Audience),
            TestInstance.Sign(url, "another-key-of-somebody-0123456789abcdefg"),
            TestInstance.Sign(url, expires: DateTime.UtcNow.AddSeconds(-1)),
            "nonsense",
        };

        foreach (var token in good) Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(token)).StatusCode);
        foreach (var token in bad)
        {
            var refused = await SendAsync(token);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Equal("Unauthorized", await TestInstance.CodeAsync(refused));
        }

        Task<HttpResponseMessage> SendAsync(string token) => _instance.RestAsync(
            HttpMethod.Post, "/:send", TestInstance.Content("x", "text/plain"), token);
    }

    [Fact]
    [Feature("Not supported", "Entra tokens", Support = FeatureSupport.Missing, Note = "Only access keys are known; the call is answered 401.")]
    public async Task A_token_that_no_access_key_signed_is_refused()
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Audience = "https://webpubsub.azure.com",
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha256),
        });

        using var response = await _instance.RestAsync(HttpMethod.Head, "/users/ada", token: token);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [InlineData("POST", "/:send?messageTtlSeconds=301", "x", "text/plain", 400)]
    [InlineData("POST", "/:send?messageTtlSeconds=-1", "x", "text/plain", 400)]
    [InlineData("POST", "/:send?filter=userId", "x", "text/plain", 400)]
    [InlineData("POST", "/:send", "{", "application/json", 400)]
    [InlineData("POST", "/:send", "{} {}", "application/json", 400)]
    [InlineData("POST", "/:send", "", "application/json", 400)]
    [InlineData("POST", "/:send", "x", "text/html", 415)]
    [InlineData("POST", "/groups/%20/:send", "x", "text/plain", 400)]
    [InlineData("POST", "/:addToGroups", """{"groups":[]}""", "application/json", 400)]
    [InlineData("POST", "/:addToGroups", """{"groups":[" "],"filter":"true"}""", "application/json", 400)]
    [InlineData("POST", "/:addToGroups", """{"groups":["g"],"filter":"x eq 1"}""", "application/json", 400)]
    [InlineData("POST", "/:removeFromGroups", "nonsense", "application/json", 400)]
    [InlineData("POST", "/:removeFromGroups", "{}", "text/plain", 415)]
    [InlineData("GET", "/groups/g/connections?maxpagesize=201", null, "", 400)]
    [InlineData("GET", "/groups/g/connections?maxpagesize=0", null, "", 400)]
    [InlineData("GET", "/groups/g/connections?top=x", null, "", 400)]
    [InlineData("GET", "/groups/g/connections?continuationToken=x", null, "", 400)]
    [InlineData("POST", "/:generateToken?minutesToExpire=0", null, "", 400)]
    [InlineData("POST", "/:generateToken?clientType=MQTT", null, "", 400)]
    public async Task A_parameter_that_is_wrong_is_refused_with_code_and_message(
        string method, string route, string? body, string contentType, int status)
    {
        using var content = body is null ? null : TestInstance.Content(body, contentType);

        using var response = await _instance.RestAsync(new HttpMethod(method), route, content);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.NotEqual("", await TestInstance.CodeAsync(response));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2020-01-01")]
    [Feature("REST", "API versions", Support = FeatureSupport.Different, Note = "All known versions behave as 2024-12-01.")]
    public async Task An_unknown_API_version_is_refused(string? version)
    {
        using var response = await _instance.RestAsync(HttpMethod.Head, "/groups/g", version: version);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    [Feature("REST", "Health")]
    public async Task Health_needs_no_token()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri($"{_instance.Endpoint}/api/health"));

        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(request)).StatusCode);
    }
}
