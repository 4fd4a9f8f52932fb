using System.ComponentModel.DataAnnotations;

namespace ServerlessGateway.Channels.Reading;

/// <summary>How channels are read. Section <c>Gateway:Reading</c>.</summary>
internal sealed class ReadingOptions
{
    public const string SectionName = "Gateway:Reading";

    /// <summary>How old a head may be that answers <c>check</c>. It is part of the documented bound of silence.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan CheckAge { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one call to the store may take before the client is told to ask again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The bytes of committed segments kept in this process, so that many who resume at once cost the store one read.</summary>
    [Range(0, 1024 * 1024 * 1024)]
    public int MaxCachedBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>The most channels with a cached tail or a cached head.</summary>
    [Range(1, 1_000_000)]
    public int MaxCachedChannels { get; set; } = 10_000;
}
