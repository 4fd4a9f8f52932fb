namespace ServerlessGateway.LocalCloud;

/// <summary>The local stack can not do what was asked; the remedy is for the person in front of it.</summary>
public sealed class LocalCloudException : Exception
{
    /// <summary>Says what failed and what to do.</summary>
    public LocalCloudException(string message, string remedy, Exception? inner = null)
        : base(message, inner) => Remedy = remedy;

    /// <summary>What to do about it, in one sentence.</summary>
    public string Remedy { get; }
}
