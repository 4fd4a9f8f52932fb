using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using ServerlessGateway.ServiceBusEmulator.Amqp;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Fuzz;

/// <summary>What a peer says before it is trusted, and to be trusted.</summary>
public sealed class SecurityFuzzTests
{
    private const int Cases = 8_000;
    private const long Expiry = 2_000_000_000;
    private const string Resource = "sb%3a%2f%2flocalhost%2forders";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Expiry - 1_000);
    private static readonly SharedAccessKey Key = SharedAccessKey.WellKnown;

    [Fact]
    public Task A_handshake_ends_in_trust_or_refusal_whatever_is_said() => FuzzRun.BytesAsync(
        5_000,
        Mutations.Of([.. AmqpSeeds.Sasl.Select(Conversation), "AMQP\0\u0001\0\0"u8.ToArray()]),
        bytes =>
        {
            var claims = new ClaimSet();
            var handshake = new SaslHandshake(
                PipeReader.Create(new MemoryStream(bytes)), new FrameWriter(PipeWriter.Create(Stream.Null)), Key);

            handshake.RunAsync(claims, CancellationToken.None).GetAwaiter().GetResult();

            // Nobody gets everything who has not shown the key.
            Assert.True(
                !claims.Covers("orders", Now) || Encoding.Latin1.GetString(bytes).Contains(Key.Key, StringComparison.Ordinal),
                "The whole namespace was granted without its key.");
        },
        AmqpFuzzTests.IsFault);

    [Fact]
    public Task A_shared_access_signature_grants_what_was_signed_or_nothing() => FuzzRun.BytesAsync(
        Cases,
        Mutations.Of(Encoding.UTF8.GetBytes(SharedAccessSignature())),
        bytes =>
        {
            var claim = SasToken.Check(Encoding.UTF8.GetString(bytes), Key, Now);
            if (claim.Refusal is null)
            {
                Assert.Equal("orders", claim.Path);
                Assert.Equal(Expiry, claim.Expires.ToUnixTimeSeconds());
            }
        },
        _ => false);

    [Fact]
    public Task A_web_token_is_taken_by_its_shape_or_refused() => FuzzRun.BytesAsync(
        Cases,
        Mutations.Of(
            Encoding.UTF8.GetBytes(WebToken($$"""{"exp":{{Expiry}},"aud":"x"}""")),
            Encoding.UTF8.GetBytes(WebToken("""{"exp":1e300}""")),
            Encoding.UTF8.GetBytes(WebToken("""{"exp":-1}""")),
            Encoding.UTF8.GetBytes(WebToken($$"""{"\ud800":1,"e\u0078p":{{Expiry}},"exp\udfff":2}"""))),
        bytes =>
        {
            var claim = JsonWebTokenShape.Check(Encoding.UTF8.GetString(bytes), Now);
            Assert.True(claim.Refusal is not null || claim.Expires > Now, "An expired token was taken.");
        },
        _ => false);

    [Fact]
    public void The_samples_themselves_are_good()
    {
        Assert.Null(SasToken.Check(SharedAccessSignature(), Key, Now).Refusal);
        Assert.Null(JsonWebTokenShape.Check(WebToken($$"""{"exp":{{Expiry}}}"""), Now).Refusal);
    }

    private static byte[] Conversation(byte[] init) =>
        [.. "AMQP\u0003\u0001\0\0"u8, .. AmqpSeeds.Frame(1, init), .. "AMQP\0\u0001\0\0"u8];

    private static string SharedAccessSignature()
    {
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key.Key), Encoding.UTF8.GetBytes($"{Resource}\n{Expiry}"));
        return $"SharedAccessSignature sr={Resource}&sig={Uri.EscapeDataString(Convert.ToBase64String(signature))}&se={Expiry}&skn={Key.Name}";
    }

    private static string WebToken(string claims) =>
        $"{Base64Url("""{"alg":"RS256"}""")}.{Base64Url(claims)}.c2ln";

    private static string Base64Url(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
