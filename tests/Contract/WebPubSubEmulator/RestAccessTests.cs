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
            Assert.Equal("Error.Unauthorized", await TestInstance.CodeAsync(refused));
        }

        Task<HttpResponseMessage> SendAsync(string token) => _instance.RestAsync(
            HttpMethod.Post, "/:send", TestInstance.Content("x", "text/plain"), token);
    }

    [Fact]
    [Feature("Instances", "Two access keys and their rotation while the instance runs", Support = FeatureSupport.Different, Note = "By `POST /access-keys/regenerate` instead of the management API.")]
    public async Task A_regenerated_key_is_good_at_once_and_the_one_before_it_worth_nothing()
    {
        var url = $"{_instance.Endpoint}/api/hubs/chat/users/ada";
        using var http = new HttpClient();
        async Task<JsonObject> RegenerateAsync(string body)
        {
            using var answer = await http.PostAsync(
                new Uri($"{_instance.Endpoint}/access-keys/regenerate"), TestInstance.Content(body, "application/json"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        }

        async Task<HttpStatusCode> CallAsync(string key) =>
            (await _instance.RestAsync(HttpMethod.Head, "/users/ada", token: TestInstance.Sign(url, key))).StatusCode;

        await using var before = await _instance.ConnectAsync("ada");
        var keys = await RegenerateAsync("""{"keyType":"Primary"}""");
        var primary = keys["primaryKey"]!.GetValue<string>();

        Assert.Equal(TestInstance.SecondaryKey, keys["secondaryKey"]!.GetValue<string>());
        Assert.Equal(_instance.Host.ConnectionString, keys["primaryConnectionString"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(TestInstance.PrimaryKey));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(primary));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(TestInstance.SecondaryKey));
        await RegenerateAsync("""{"keyType":"secondary","key":"a-key-that-was-chosen-0123456789abcdefgh"}""");
        Assert.Equal(HttpStatusCode.OK, await CallAsync("a-key-that-was-chosen-0123456789abcdefgh"));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(TestInstance.SecondaryKey));
        Assert.Empty(await before.DrainAsync());
        var listed = await http.GetFromJsonAsync<JsonObject>(new Uri($"{_instance.Endpoint}/access-keys"));
        Assert.Equal(primary, listed!["primaryKey"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("X-Forwarded-For", "192.0.2.1")]
    [InlineData("Forwarded", "for=192.0.2.1")]
    public async Task Keys_are_not_told_to_whom_something_forwards_for(string header, string value)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add(header, value);

        using var answer = await http.GetAsync(new Uri($"{_instance.Endpoint}/access-keys"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.DoesNotContain(
            TestInstance.PrimaryKey, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"keyType":"Salt"}""")]
    [InlineData("""{"keyType":"Primary","key":"short"}""")]
    [InlineData("nonsense")]
    public async Task A_regeneration_that_makes_no_sense_changes_no_key(string body)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(
            new Uri($"{_instance.Endpoint}/access-keys/regenerate"), TestInstance.Content(body, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
    }

    [Theory]
    [InlineData(false, "https://webpubsub.azure.com", 5, 401)]
    [InlineData(true, "https://webpubsub.azure.com", 5, 404)]
    [InlineData(true, "https://webpubsub.azure.com/", 5, 404)]
    [InlineData(true, "https://webpubsub.azure.com", -10, 401)]
    [InlineData(true, "https://management.azure.com", 5, 401)]
    [Feature("REST", "Callers by Entra token", Support = FeatureSupport.Different, Note = "Only where the start allows it; then audience and time are checked, not signature, tenant or role; otherwise 401. The SDKs send them over https only, so something has to stand in front.")]
    public async Task A_token_that_no_access_key_signed_is_refused_unless_Entra_is_allowed_unchecked(
        bool isAllowed, string audience, int minutes, int status)
    {
        await using var instance = await TestInstance.StartAsync(
            change: options => options with { AllowUnvalidatedEntraTokens = isAllowed });
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Audience = audience,
            Expires = DateTime.UtcNow.AddMinutes(minutes),
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha256),
        });

        using var response = await instance.RestAsync(HttpMethod.Head, "/users/ada", token: token);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized, await TestClient.HandshakeStatusAsync(instance.ClientUrl(token)));
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
    [InlineData("GET", "/groups/g/connections?continuationToken=", null, "", 400)]
    [InlineData("GET", "/groups/g/connections?maxpagesize=1&maxpagesize=2", null, "", 400)]
    [InlineData("GET", "/groups/%20/connections", null, "", 400)]
    [InlineData("POST", "/:generateToken?minutesToExpire=2147483648", null, "", 400)]
    [InlineData("POST", "/:generateToken?clientType=SocketIO", null, "", 400)]
    [InlineData("POST", "/:generateToken?group=%20", null, "", 400)]
    [InlineData("POST", "/:generateToken?userId=a%0Ab", null, "", 400)]
    [InlineData("PUT", "/permissions/manage/connections/c", null, "", 400)]
    [InlineData("DELETE", "/permissions/sendToGroup/connections/c?targetName=%20", null, "", 400)]
    [InlineData("DELETE", "/connections/c?reason=a&reason=b", null, "", 400)]
    [InlineData("POST", "/:send", "x", "text/plain; charset=none-such", 415)]
    [InlineData("POST", "/:send", "x", "text", 415)]
    public async Task A_parameter_that_is_wrong_is_refused_with_code_and_message(
        string method, string route, string? body, string contentType, int status)
    {
        using var content = body is null ? null : TestInstance.Content(body, contentType);

        using var response = await _instance.RestAsync(new HttpMethod(method), route, content);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.NotEqual("", await TestInstance.CodeAsync(response));
    }

    [Fact]
    public async Task An_error_names_the_parameter_at_fault()
    {
        using var response = await _instance.RestAsync(HttpMethod.Get, "/groups/g/connections?maxpagesize=0");

        var error = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal("Error.BadRequest", error["code"]!.GetValue<string>());
        Assert.Equal("maxpagesize", error["target"]!.GetValue<string>());
        Assert.Contains("from 1 to 200", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_filter_is_told_in_the_words_of_the_service()
    {
        using var response = await _instance.PostAsync("/:send?filter=invalid%20filter", "x");

        var error = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal(
            "Invalid syntax for 'invalid filter': Syntax error at position 14 in 'invalid filter'. (Parameter 'filter')",
            error["message"]!.GetValue<string>());
    }

    [Fact]
    [Feature("REST", "generateToken")]
    public async Task A_token_is_made_for_the_kind_of_client_and_the_time_that_were_asked_for()
    {
        var plain = await TokenAsync("");
        var far = await TokenAsync("?clientType=default&minutesToExpire=2147483647");
        var mqtt = await TokenAsync("?clientType=mqtt&userId=ada&role=r1&role=r2&minutesToExpire=5");

        Assert.Equal([_instance.Audience], plain.Audiences);
        Assert.DoesNotContain(plain.Claims, claim => claim.Type is "sub" or "role" or "webpubsub.group");
        Assert.Equal(TimeSpan.FromMinutes(60), plain.ValidTo - plain.IssuedAt);
        Assert.Equal(TimeSpan.FromMinutes(int.MaxValue), far.ValidTo - far.IssuedAt);
        Assert.Equal([$"{_instance.Endpoint}/clients/mqtt/hubs/chat"], mqtt.Audiences);
        Assert.Equal("ada", mqtt.Subject);
        Assert.Equal(["r1", "r2"], mqtt.Claims.Where(claim => claim.Type == "role").Select(claim => claim.Value));
        Assert.Equal(TimeSpan.FromMinutes(5), mqtt.ValidTo - mqtt.IssuedAt);
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
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(request.RequestUri)).StatusCode);
    }

    private async Task<JsonWebToken> TokenAsync(string query)
    {
        var response = await _instance.RestAsync(HttpMethod.Post, $"/:generateToken{query}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new JsonWebToken((await response.Content.ReadFromJsonAsync<JsonObject>())!["token"]!.GetValue<string>());
    }
}
