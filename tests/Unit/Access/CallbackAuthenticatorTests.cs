using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.Access;
using ServerlessGateway.Instances;

namespace ServerlessGateway.Unit.Tests.Access;

public sealed class CallbackAuthenticatorTests
{
    private const string Primary = "primary-key";
    private const string Secondary = "secondary-key";
    private const string AppId = "aaaaaaaa-2222-3333-4444-555555555555";
    private const string ObjectId = "11111111-2222-3333-4444-555555555555";

    [Theory]
    [InlineData("sha256={p}", true)]
    [InlineData("sha256={P}", true)]
    [InlineData("sha256={s}", true)]
    [InlineData("sha256={x},sha256={s}", true)]
    [InlineData("sha256={p}, sha256={s}", true)]
    [InlineData("sha256={x}", false)]
    [InlineData("{p}", false)]
    [InlineData("sha256=", false)]
    [InlineData("sha256=zz", false)]
    [InlineData("sha256={x},sha256={x},sha256={x},sha256={x},sha256={p}", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public async Task Either_key_of_the_instance_signs_a_callback_and_no_other(string? header, bool admitted)
    {
        header = header?.Replace("{p}", Sign(Primary), StringComparison.Ordinal)
            .Replace("{P}", Sign(Primary).ToUpperInvariant(), StringComparison.Ordinal)
            .Replace("{s}", Sign(Secondary), StringComparison.Ordinal)
            .Replace("{x}", Sign("key-of-another-instance"), StringComparison.Ordinal);

        var admits = await CreateSut(new CallbackOptions()).AdmitsAsync(Instance(), "connection-1", header, null, default);

        Assert.Equal(admitted, admits);
    }

    [Fact]
    public async Task A_signature_holds_only_for_its_connection()
    {
        var sut = CreateSut(new CallbackOptions());

        Assert.False(await sut.AdmitsAsync(Instance(), "connection-2", $"sha256={Sign(Primary)}", null, default));
    }

    [Fact]
    public async Task An_instance_without_keys_admits_no_signature()
    {
        var sut = CreateSut(new CallbackOptions());

        Assert.False(await sut.AdmitsAsync(Instance() with { AccessKeys = [] }, "connection-1", $"sha256={Sign("")}", null, default));
    }

    [Fact]
    public async Task A_token_must_be_of_the_instances_own_identity()
    {
        await using var issuer = await Issuer.StartAsync();
        var sut = CreateSut(new CallbackOptions { Audience = "api://gateway", Authority = issuer.Address });
        var good = issuer.Token("api://gateway", ObjectId);

        Assert.True(await AdmitsAsync(sut, $"Bearer {good}"));
        Assert.False(await AdmitsAsync(sut, $"Bearer {issuer.Token("api://gateway", "99999999-2222-3333-4444-555555555555")}"));
        Assert.False(await AdmitsAsync(sut, $"Bearer {issuer.Token("api://another", ObjectId)}"));
        Assert.False(await AdmitsAsync(sut, $"Bearer {issuer.Token("api://gateway", ObjectId, expired: true)}"));
        Assert.False(await AdmitsAsync(sut, $"Bearer {good[..^4]}AAAA"));
        Assert.False(await AdmitsAsync(sut, $"Bearer {issuer.SignedWithPublicKeyAsSecret("api://gateway", ObjectId)}"));
        Assert.False(await AdmitsAsync(sut, null));
    }

    [Theory]
    [InlineData("api://" + AppId, "api://" + AppId, true)]
    [InlineData("api://" + AppId, AppId, true)]
    [InlineData(AppId, "api://" + AppId, true)]
    [InlineData(AppId, AppId, true)]
    [InlineData("api://" + AppId, "api://" + ObjectId, false)]
    [InlineData("api://gateway", "gateway", false)]
    [InlineData("gateway", "api://gateway", false)]
    public async Task A_registration_is_called_by_its_address_or_its_id_as_its_tokens_version_wants(
        string configured, string presented, bool admitted)
    {
        await using var issuer = await Issuer.StartAsync();
        var sut = CreateSut(new CallbackOptions { Audience = configured, Authority = issuer.Address });

        Assert.Equal(admitted, await AdmitsAsync(sut, $"Bearer {issuer.Token(presented, ObjectId)}"));
    }

    [Fact]
    public async Task Where_tokens_are_asked_for_a_signature_does_not_help()
    {
        await using var issuer = await Issuer.StartAsync();
        var sut = CreateSut(new CallbackOptions { Audience = "api://gateway", Authority = issuer.Address });

        Assert.False(await sut.AdmitsAsync(Instance(), "connection-1", $"sha256={Sign(Primary)}", null, default));
    }

    private static ValueTask<bool> AdmitsAsync(CallbackAuthenticator sut, string? authorization) =>
        new(sut.AdmitsAsync(Instance(), "connection-1", null, authorization, default));

    private static string Sign(string key) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes("connection-1")));

    private static GatewayInstance Instance() =>
        new(InstanceName.Parse("alpha"), new Uri("https://alpha.webpubsub.azure.com"), 1, [Primary, Secondary], ObjectId);

    private static CallbackAuthenticator CreateSut(CallbackOptions options) =>
        new(Options.Create(options), TimeProvider.System, NullLogger<CallbackAuthenticator>.Instance);

    /// <summary>An issuer of tokens with a discovery document, on loopback.</summary>
    private sealed class Issuer(WebApplication app, RSA rsa) : IAsyncDisposable
    {
        private readonly RsaSecurityKey _key = new(rsa) { KeyId = "k1" };

        public string Address => app.Urls.First();

        public static async Task<Issuer> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var issuer = new Issuer(app, RSA.Create(2048));
            app.MapGet("/.well-known/openid-configuration", () => Results.Text(
                $$"""{"issuer":"{{issuer.Address}}","jwks_uri":"{{issuer.Address}}/keys"}""", "application/json"));
            app.MapGet("/keys", () => Results.Text(issuer.Keys(), "application/json"));
            await app.StartAsync();
            return issuer;
        }

        public string Token(string audience, string objectId, bool expired = false) => Create(
            audience, objectId, expired, new SigningCredentials(_key, SecurityAlgorithms.RsaSha256));

        public string SignedWithPublicKeyAsSecret(string audience, string objectId) => Create(
            audience, objectId, false, new SigningCredentials(
                new SymmetricSecurityKey(rsa.ExportSubjectPublicKeyInfo()) { KeyId = "k1" }, SecurityAlgorithms.HmacSha256));

        public ValueTask DisposeAsync()
        {
            rsa.Dispose();
            return app.DisposeAsync();
        }

        private string Create(string audience, string objectId, bool expired, SigningCredentials credentials)
        {
            var until = DateTimeOffset.UtcNow.AddMinutes(expired ? -10 : 10).ToUnixTimeSeconds();
            return new JsonWebTokenHandler().CreateToken(
                $$"""{"iss":"{{Address}}","aud":"{{audience}}","oid":"{{objectId}}","exp":{{until}}}""", credentials);
        }

        private string Keys()
        {
            var parameters = rsa.ExportParameters(false);
            return $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"k1","alg":"RS256","n":"{{Base64UrlEncoder.Encode(parameters.Modulus)}}","e":"{{Base64UrlEncoder.Encode(parameters.Exponent)}}"}]}""";
        }
    }
}
