using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ServerlessGateway.Proof.Workload;

/// <summary>One payload: the bytes to publish and their digest.</summary>
/// <param name="Json">One JSON object with publisher, number and the digest of its data.</param>
/// <param name="Digest">SHA-256 of <paramref name="Json"/>, as hexadecimal digits.</param>
public sealed record Payload(ReadOnlyMemory<byte> Json, string Digest);

/// <summary>
/// Makes payloads like those of a shop: JSON objects with names and notes in several scripts. Sizes are heavy-tailed: a log-normal distribution with a
/// median of about 300 bytes, cut at 48 KiB, since it is the rare large message that finds limits.
/// </summary>
public sealed class Payloads(int seed)
{
    /// <summary>The largest payload made, in bytes.</summary>
    public const int MaxBytes = 48 * 1024;

    private const double MedianExtraBytes = 110;
    private const double Spread = 1.5;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly string[] Names = ["Zoë", "Łukasz", "Jürgen", "渡辺 さくら", "Олена", "عمر", "Ngọc Ánh", "Ana", "Björk", "🦊 Fox"];
    private static readonly string[] Goods = ["crème brûlée", "naïve café", "抹茶", "żurek", "smörgås", "piñata", "\"quoted\"\\", "line\nbreak", "€ 5", "😀"];

#pragma warning disable CA5394 // A workload has to be repeatable from its seed, not secret.
    private readonly Random _random = new(seed);

    /// <summary>The next generated payload.</summary>
    public Payload Next(string publisher, long number) => Wrap(publisher, number, JsonSerializer.SerializeToElement(
        new
        {
            order = _random.Next(1, 1_000_000),
            customer = Names[_random.Next(Names.Length)],
            total = Math.Round(_random.NextDouble() * 500, 2),
            items = new[] { new { name = Goods[_random.Next(Goods.Length)], quantity = _random.Next(1, 9) } },
            note = Note(),
        },
        Format));

    /// <summary>A payload of a line of input: as it is where it is JSON, as a string where it is not.</summary>
    public static Payload FromLine(string publisher, long number, string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return Wrap(publisher, number, document.RootElement.Clone());
        }
        catch (JsonException)
        {
            return Wrap(publisher, number, JsonSerializer.SerializeToElement(line, Format));
        }
    }

    /// <summary>SHA-256 as lower-case hexadecimal digits.</summary>
    public static string DigestOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static Payload Wrap(string publisher, long number, JsonElement data)
    {
        var digest = DigestOf(Encoding.UTF8.GetBytes(data.GetRawText()));
        var json = JsonSerializer.SerializeToUtf8Bytes(new { publisher, number, digest, data }, Format);
        return new Payload(json, DigestOf(json));
    }

    private string Note()
    {
        // Box–Muller: two uniform numbers make one of a normal distribution.
        var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        var bytes = (int)Math.Clamp(MedianExtraBytes * Math.Exp(Spread * normal), 1, MaxBytes - 1024);
        var note = new StringBuilder();
        for (var size = 0; size < bytes;)
        {
            var word = Goods[_random.Next(Goods.Length)];
            size += Encoding.UTF8.GetByteCount(word) + 1;
            note.Append(word).Append(' ');
        }

        return note.ToString();
    }
#pragma warning restore CA5394
}
