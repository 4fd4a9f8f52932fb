using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.WebPubSubEmulator;
using ServerlessGateway.WebPubSubEmulator.EventHandlers;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>One instance on a free port, with what a test needs to speak to it: tokens, clients, REST calls.</summary>
internal sealed class TestInstance : IAsyncDisposable
{
    public const string Hub = "chat";
    public const string PrimaryKey = "primary-key-of-the-tests-0123456789abcdef";
    public const string SecondaryKey = "secondary-key-of-the-tests-0123456789abcd";

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };

    private TestInstance(WebPubSubEmulatorHost host) => Host = host;

    public WebPubSubEmulatorHost Host { get; }

    public string Endpoint => Host.Endpoint;

    public string Audience => $"{Endpoint}/client/hubs/{Hub}";

    public static async Task<TestInstance> StartAsync(
        string? config = null, Func<EmulatorOptions, EmulatorOptions>? change = null)
    {
        var options = new EmulatorOptions
        {
            AccessKeys = [PrimaryKey, SecondaryKey],
            EventHandlers = config is null ? EventHandlerConfig.Empty : EventHandlerConfigReader.Read(config),
            LogLevel = Microsoft.Extensions.Logging.LogLevel.None,
        };
        return new TestInstance(await WebPubSubEmulatorHost.StartAsync(change?.Invoke(options) ?? options));
    }

    public static string Sign(
        string audience,
        string key = PrimaryKey,
        string? userId = null,
        DateTime? expires = null,
        bool withExpiry = true,
        DateTime? notBefore = null,
        params (string Name, object Value)[] claims)
    {
        var payload = claims.ToDictionary(claim => claim.Name, claim => claim.Value);
        if (userId is not null) payload["sub"] = userId;
        var handler = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false };
        return handler.CreateToken(new SecurityTokenDescriptor
        {
            Audience = audience,
            Claims = payload,
            Expires = withExpiry ? expires ?? DateTime.UtcNow.AddMinutes(5) : null,
            NotBefore = notBefore,
            SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)), SecurityAlgorithms.HmacSha256),
        });
    }

    public string ClientUrl(string? token = null, string path = $"/client/hubs/{Hub}", string extra = "")
    {
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var query = token is null ? "" : $"{separator}access_token={token}";
        return $"{Host.ListeningEndpoint.GetLeftPart(UriPartial.Authority).Replace("http", "ws", StringComparison.Ordinal)}{path}{query}{extra}";
    }

    public Task<TestClient> ConnectAsync(
        string? userId = null, string[]? roles = null, string[]? groups = null, string? subprotocol = TestClient.Json, string extra = "")
    {
        var token = Sign(
            Audience,
            userId: userId,
            claims: [("role", roles ?? []), ("webpubsub.group", groups ?? [])]);
        return TestClient.ConnectAsync(ClientUrl(token, extra: extra), subprotocol);
    }

    /// <summary>A REST call below <c>/api/hubs/chat</c>, signed for its own URL.</summary>
    public async Task<HttpResponseMessage> RestAsync(
        HttpMethod method, string route, HttpContent? content = null, string? token = null, string? version = "2024-12-01")
    {
        var separator = route.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var url = $"{Endpoint}/api/hubs/{Hub}{route}{(version is null ? "" : $"{separator}api-version={version}")}";
        var request = new HttpRequestMessage(method, new Uri(url)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? Sign(url));
        return await _http.SendAsync(request);
    }

    public Task<HttpResponseMessage> PostAsync(string route, string body, string contentType = "text/plain") =>
        RestAsync(HttpMethod.Post, route, Content(body, contentType));

    public async Task<HttpStatusCode> StatusAsync(HttpMethod method, string route, HttpContent? content = null)
    {
        using var response = await RestAsync(method, route, content);
        return response.StatusCode;
    }

    public Task<HttpResponseMessage> FaultAsync(string json) => _http.PutAsync(
        new Uri($"{Endpoint}/faults"), Content(json, "application/json"));

    /// <summary>Puts one rule, which must be taken, and tells what became of it so far.</summary>
    public async Task<(int Considered, int Applied)> PutFaultAsync(string rule)
    {
        using var response = await FaultAsync(rule);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var put = (await response.Content.ReadFromJsonAsync<JsonObject>())!["rules"]![0]!;
        return (put["considered"]!.GetValue<int>(), put["applied"]!.GetValue<int>());
    }

    public Task<HttpResponseMessage> AddFaultAsync(string json) => _http.PostAsync(
        new Uri($"{Endpoint}/faults"), Content(json, "application/json"));

    /// <summary>Asks until the first rule has struck: for faults that show nothing else yet.</summary>
    public async Task StruckAsync()
    {
        using var guard = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (JsonNode.Parse(await GetAsync("/faults"))!["rules"]![0]!["applied"]!.GetValue<int>() == 0)
        {
            guard.Token.ThrowIfCancellationRequested();
        }
    }

    public async Task ClearFaultsAsync()
    {
        using var response = await _http.DeleteAsync(new Uri($"{Endpoint}/faults"));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    public Task<string> GetAsync(string path) => _http.GetStringAsync(new Uri(Endpoint + path));

    public static ByteArrayContent Content(string body, string contentType)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return content;
    }

    /// <summary>A send that must be accepted.</summary>
    public async Task AcceptedAsync(string route, string body, string contentType = "text/plain")
    {
        using var response = await PostAsync(route, body, contentType);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    /// <summary>Those of the groups that have members.</summary>
    public async Task<List<string>> GroupsAsync(params string[] candidates)
    {
        var groups = new List<string>();
        foreach (var group in candidates)
        {
            if (await StatusAsync(HttpMethod.Head, $"/groups/{group}") == HttpStatusCode.OK) groups.Add(group);
        }

        return groups;
    }

    /// <summary>The users in a listing that must be one page.</summary>
    public async Task<List<string>> MembersAsync(string route)
    {
        using var response = await RestAsync(HttpMethod.Get, route);
        var page = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Null(page["nextLink"]);
        return [.. page["value"]!.AsArray().Select(member => member!["userId"]!.GetValue<string>())];
    }

    /// <summary>The code of an error answer, which must have a message too, and the code as a header.</summary>
    public static async Task<string> CodeAsync(HttpResponseMessage response)
    {
        var error = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.NotEqual("", error["message"]!.GetValue<string>());
        var code = error["code"]!.GetValue<string>();
        Assert.Equal([code], response.Headers.GetValues("x-ms-error-code"));
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Host.DisposeAsync();
    }
}
