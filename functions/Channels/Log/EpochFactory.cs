using System.Globalization;
using Microsoft.Extensions.Options;

namespace ServerlessGateway.Channels.Log;

/// <summary>Settings of the log. Section <c>Gateway:Log</c>.</summary>
internal sealed class LogOptions : IGatewayOptions
{
    public static string SectionName => "Gateway:Log";

    /// <summary>
    /// The generation of the store. Default 1; 1 to 65,535. After a failover or a restore of the store an operator
    /// raises it before the processes start: heads of a lower generation may lack their newest commits, so each channel
    /// then begins a new epoch.
    /// </summary>
    public int StoreGeneration { get; set; } = 1;

    public void Validate(OptionsReport report) =>
        report.Range(nameof(StoreGeneration), StoreGeneration, 1, ushort.MaxValue);
}

/// <summary>
/// Makes epochs (rule E1): store generation, 4 hexadecimal digits; creation time in Unix milliseconds, 12; random, 8.
/// Time and random make two epochs of a channel differ; nothing decides by their order, since clocks are skewed.
/// </summary>
internal sealed class EpochFactory(TimeProvider time, IEntropy entropy, IOptions<LogOptions> options)
{
    private const int GenerationDigits = 4;

    /// <summary>A new epoch.</summary>
    public string Create() => string.Create(
        CultureInfo.InvariantCulture,
        $"{options.Value.StoreGeneration:x4}{time.GetUtcNow().ToUnixTimeMilliseconds():x12}{(uint)entropy.NextBits():x8}");

    /// <summary>True where a head of this epoch was written before the store's present generation.</summary>
    public bool IsOutlived(string epoch) =>
        !int.TryParse(
            epoch.AsSpan(0, Math.Min(GenerationDigits, epoch.Length)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
            out var generation)
        || generation < options.Value.StoreGeneration;
}
