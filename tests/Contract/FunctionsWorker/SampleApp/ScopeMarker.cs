namespace ServerlessGateway.Contract.SampleApp;

/// <summary>Shows where a scope of services begins and ends.</summary>
internal sealed class ScopeMarker(EventLog log) : IDisposable
{
    public string Id { get; } = Guid.NewGuid().ToString("N");

    public void Dispose() => log.Add("scope-ended", Id);
}
