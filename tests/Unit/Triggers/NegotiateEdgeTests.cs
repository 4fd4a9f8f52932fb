using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.Access;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;
using ServerlessGateway.Triggers;
using ServerlessGateway.Unit.Tests.Sessions;

namespace ServerlessGateway.Unit.Tests.Triggers;

public sealed class NegotiateEdgeTests
{
    private const string Key = "a-key-of-the-application-with-more-than-32-bytes";

    private readonly EdgeBench _bench = new();

    [Fact]
    public async Task A_token_gets_a_way_in_that_is_never_cached()
    {
        var answer = await SendAsync("""{"avoid":["alpha"],"later":true}""");

        Assert.Equal(200, answer.Status);
        var body = EdgeJson.TryDeserialize<NegotiateAnswer>(answer.Body.Span)!;
        Assert.Equal(("beta", 65536), (body.Instance, body.Limits.MaxPayloadBytes));
        Assert.Contains(KeyValuePair.Create("Cache-Control", "no-store"), answer.Headers);
    }

    [Fact]
    public async Task A_body_is_not_needed() => Assert.Equal(200, (await SendAsync("")).Status);

    [Theory]
    [InlineData("[]", 400, 4001)]
    [InlineData("{", 400, 4001)]
    [InlineData("""{"session":7}""", 400, 4001)]
    [InlineData("""{"session":"x"}""", 400, 4014)]
    public async Task A_body_that_is_wrong_is_refused(string body, int status, int code)
    {
        var answer = await SendAsync(body);

        Assert.Equal((status, code), (answer.Status, EdgeBench.ErrorOf(answer).Code));
    }

    [Fact]
    public async Task A_body_or_a_list_that_is_too_long_is_refused()
    {
        Assert.Equal(413, (await SendAsync($$"""{"session":"{{new string('a', 10_000)}}"}""")).Status);
        Assert.Equal(400, (await SendAsync($$"""{"avoid":[{{string.Join(',', Enumerable.Repeat("\"a\"", 65))}}]}""")).Status);
    }

    [Fact]
    public async Task No_token_or_a_wrong_one_is_refused_with_its_code()
    {
        var missing = await SendAsync("", authorization: null);
        var wrong = await SendAsync("", authorization: "Bearer rubbish");

        Assert.Equal((401, ErrorCodes.TokenMissing.Code), (missing.Status, EdgeBench.ErrorOf(missing).Code));
        Assert.Equal((401, ErrorCodes.TokenInvalid.Code), (wrong.Status, EdgeBench.ErrorOf(wrong).Code));
    }

    [Fact]
    public async Task A_temporary_refusal_says_when_to_come_again()
    {
        _bench.Instances.Open.Clear();

        var answer = await SendAsync("");

        Assert.Equal(503, answer.Status);
        Assert.Contains(KeyValuePair.Create("Retry-After", "1"), answer.Headers);
    }

    [Theory]
    [InlineData("https://app.example", "https://app.example", true)]
    [InlineData("https://app.example", "https://evil.example", false)]
    [InlineData("*", "https://evil.example", true)]
    [InlineData(null, "https://app.example", false)]
    public async Task Browsers_may_ask_from_the_origins_that_are_configured(string? allowed, string origin, bool isAllowed)
    {
        if (allowed is not null)
        {
            _bench.Requests.Options.AllowedOrigins.Add(allowed);
        }

        var preflight = await SendAsync("", "OPTIONS", null, ("Origin", origin), ("Access-Control-Request-Method", "POST"));
        var answer = await SendAsync("", "POST", authorization: null, ("Origin", origin));

        Assert.Equal(204, preflight.Status);
        foreach (var one in new[] { preflight, answer })
        {
            Assert.Equal(isAllowed ? origin : null, one.Headers.FirstOrDefault(header => header.Key == "Access-Control-Allow-Origin").Value);
            Assert.DoesNotContain(one.Headers, header => header.Key == "Access-Control-Allow-Credentials");
        }
    }

    private Task<HttpAnswer> SendAsync(string body) => SendAsync(body, $"Bearer {Token()}");

    private Task<HttpAnswer> SendAsync(string body, string? authorization) => SendAsync(body, "POST", authorization);

    private async Task<HttpAnswer> SendAsync(
        string body, string method, string? authorization, params (string, string)[] headers)
    {
        var request = EdgeBench.Request(method, body, headers);
        if (authorization is not null)
        {
            request.Headers.Authorization = authorization;
        }

        return Assert.IsType<HttpAnswer>(await CreateSut().HandleAsync(request, null, default));
    }

    private static string Token() => new JsonWebTokenHandler().CreateToken(
        $$$"""{"sub":"alice","iss":"app","aud":"gateway","exp":{{{Given.Now.AddHours(1).ToUnixTimeSeconds()}}},"capabilities":{"*":["subscribe"]}}""",
        new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Key)), SecurityAlgorithms.HmacSha256));

    private NegotiateEdge CreateSut() => new(
        new TokenValidator(
            Options.Create(new TokenOptions { SymmetricKey = Key, Issuer = "app", Audience = "gateway" }), _bench.Requests.Time),
        new NegotiateHandler(
            Given.Rows(_bench.Requests.Store, _bench.Requests.Time), _bench.Instances, new PlainUrls(), new CountingEntropy(),
            Options.Create(new SessionOptions()), NullLogger<NegotiateHandler>.Instance),
        Given.Metrics(),
        Options.Create(_bench.Requests.Options),
        NullLogger<NegotiateEdge>.Instance);

    private sealed class PlainUrls : IClientUrls
    {
        public Task<Uri> CreateAsync(InstanceName instance, string user, TimeSpan expiresAfter, CancellationToken cancellationToken) =>
            Task.FromResult(new Uri($"ws://{instance}/client/hubs/gateway"));
    }
}
