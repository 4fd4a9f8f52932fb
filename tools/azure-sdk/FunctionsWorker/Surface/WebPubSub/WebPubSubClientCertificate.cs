#nullable disable // As in the official package, which says nothing about null here.

namespace Microsoft.Azure.Functions.Worker;

/// <summary>A certificate that a client presented.</summary>
public sealed class WebPubSubClientCertificate
{
    /// <summary>The certificate's thumbprint.</summary>
    public string Thumbprint { get; set; }
}
