namespace ServerlessGateway.Sessions;

/// <summary>How long sessions and connections may be taken up. Section <c>Gateway:Sessions</c>.</summary>
internal sealed class SessionOptions : IGatewayOptions
{
    public static string SectionName => "Gateway:Sessions";

    /// <summary>How long a session is kept after it was last written. Default 7 days; 1 minute to 90 days.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a client may take from negotiate to connect. Default 5 minutes; 1 minute to 1 hour.</summary>
    public TimeSpan ConnectWithin { get; set; } = TimeSpan.FromMinutes(5);

    public void Validate(OptionsReport report)
    {
        report.Range(nameof(Lease), Lease, TimeSpan.FromMinutes(1), TimeSpan.FromDays(90));
        report.Range(nameof(ConnectWithin), ConnectWithin, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));
    }
}
