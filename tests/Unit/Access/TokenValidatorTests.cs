using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.Access;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Access;

public sealed class TokenValidatorTests
{
    private const string Key = "a-key-of-the-application-with-more-than-32-bytes";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Now);

    [Fact]
    public async Task A_good_token_tells_its_user_rights_and_end()
    {
        var result = await ValidateAsync(Token("ünal 😀", capabilities: """{"chat:*":["publish"]}"""));

        Assert.Null(result.Error);
        Assert.Equal(("ünal 😀", Now.AddHours(1)), (result.Identity!.User, result.Identity.Expires));
        Assert.True(result.Identity.Capabilities.Allows(Rights.Publish, ChannelName.Parse("chat:1")));
    }

    [Fact]
    public async Task A_token_without_capabilities_allows_nothing()
    {
        var result = await ValidateAsync(Token("alice", capabilities: null));

        Assert.Empty(result.Identity!.Capabilities.Patterns);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer ")]
    [InlineData("Basic abc")]
    public async Task No_token_is_told_apart_from_a_wrong_one(string? header)
    {
        var result = await CreateSut().ValidateAsync(header, default);

        Assert.Equal(ErrorCodes.TokenMissing.Code, result.Error!.Code);
    }

    [Fact]
    public async Task What_does_not_hold_is_refused_as_invalid()
    {
        string[] tokens =
        [
            "rubbish",
            "a.b.c",
            Token("alice") + "x",
            Token("alice", key: "another-key-of-somebody-else-with-32-bytes-and-more"),
            Token("alice", issuer: "another"),
            Token("alice", audience: "another"),
            Unsigned(Token("alice")),
            new string('a', 20_000),
        ];

        foreach (var token in tokens)
        {
            Assert.Equal(ErrorCodes.TokenInvalid.Code, (await ValidateAsync(token)).Error?.Code);
        }
    }

    [Fact]
    public async Task A_token_ends_on_the_gateways_clock_after_the_allowed_skew()
    {
        var token = Token("alice");

        _time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(29));
        Assert.Null((await ValidateAsync(token)).Error);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ErrorCodes.TokenExpired.Code, (await ValidateAsync(token)).Error!.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("$backend")]
    [InlineData("a\nb")]
    [InlineData("a\u0000b")]
    public async Task A_user_that_could_be_taken_for_something_else_is_refused(string user)
    {
        Assert.Equal(ErrorCodes.InvalidUser.Code, (await ValidateAsync(Token(user))).Error!.Code);
    }

    [Fact]
    public async Task A_token_that_is_signed_well_and_holds_nonsense_is_refused_and_not_thrown_at()
    {
        string[] payloads =
        [
            """{"sub":"\ud800","iss":"app","aud":"gateway","exp":1767229200}""",
            """{"sub":"alice","iss":"app","aud":"gateway","exp":"soon"}""",
            """{"sub":"alice","iss":"app","aud":"gateway"}""",
            """{"sub":"alice","iss":"app","aud":"gateway","exp":1767229200,"capabilities":{"\ud800":["subscribe"]}}""",
            """{"sub":"alice","iss":"app","aud":"gateway","exp":1767229200,"capabilities":{"a":["subscribe","\ud800"]}}""",
        ];

        foreach (var payload in payloads)
        {
            var result = await ValidateAsync(Signed(payload));
            Assert.True(result.Error?.Code is >= 3001 and < 5000, payload);
        }
    }

    [Fact]
    public async Task A_user_has_at_most_128_characters()
    {
        Assert.Null((await ValidateAsync(Token(new string('u', 128)))).Error);
        Assert.Equal(ErrorCodes.InvalidUser.Code, (await ValidateAsync(Token(new string('u', 129)))).Error!.Code);
    }

    [Fact]
    public async Task Capabilities_that_are_wrong_refuse_the_token()
    {
        var result = await ValidateAsync(Token("alice", capabilities: """{"a b":["subscribe"]}"""));

        Assert.Equal((ErrorCodes.InvalidCapability.Code, "a b"), (result.Error!.Code, result.Error.Value));
    }

    private Task<AccessResult> ValidateAsync(string token) => CreateSut().ValidateAsync($"Bearer {token}", default);

    private static string Token(
        string user, string? capabilities = """{"*":["subscribe"]}""", string key = Key, string issuer = "app", string audience = "gateway")
    {
        var payload = $$"""
            {"sub":{{System.Text.Json.JsonSerializer.Serialize(user)}},"iss":"{{issuer}}","aud":"{{audience}}",
            "exp":{{Now.AddHours(1).ToUnixTimeSeconds()}}{{(capabilities is null ? "" : $",\"capabilities\":{capabilities}")}}}
            """;
        return new JsonWebTokenHandler().CreateToken(payload, new SigningCredentials(
            new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)), SecurityAlgorithms.HmacSha256));
    }

    /// <summary>Signs a payload as it is, which the library would not.</summary>
    private static string Signed(string payload)
    {
        var text = $"{Base64UrlEncoder.Encode("""{"alg":"HS256","typ":"JWT"}""")}.{Base64UrlEncoder.Encode(payload)}";
        return $"{text}.{Base64UrlEncoder.Encode(System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes(text)))}";
    }

    private static string Unsigned(string token) =>
        $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{token.Split('.')[1]}.";

    private TokenValidator CreateSut() =>
        new(Options.Create(new TokenOptions { SymmetricKey = Key, Issuer = "app", Audience = "gateway" }), _time);
}
