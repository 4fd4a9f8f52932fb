using System.Diagnostics.Metrics;

namespace ServerlessGateway.Observability;

/// <summary>
/// What is counted of the callbacks. Names carry their units; tags come from fixed lists, never from what a client
/// sent.
/// </summary>
internal sealed class GatewayMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "ServerlessGateway";

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _requestMilliseconds;
    private readonly Counter<long> _connects;
    private readonly Counter<long> _negotiations;

    public GatewayMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("gateway.requests", "{request}", "Requests of clients, by type and code of refusal.");
        _requestMilliseconds = meter.CreateHistogram<double>("gateway.request.duration", "ms", "From callback to answer, by type.");
        _connects = meter.CreateCounter<long>("gateway.connects", "{connect}", "Clients that asked to connect, by outcome.");
        _negotiations = meter.CreateCounter<long>("gateway.negotiations", "{negotiation}", "Negotiations, by outcome.");
    }

    /// <summary>Counts one request; <paramref name="code"/> is 0 where it was answered.</summary>
    public void Request(string type, int code, TimeSpan duration)
    {
        _requests.Add(1, new("type", type), new("code", code));
        _requestMilliseconds.Record(duration.TotalMilliseconds, new KeyValuePair<string, object?>("type", type));
    }

    /// <summary>Counts one connect; <paramref name="code"/> is 0 where it was let in.</summary>
    public void Connect(int code) => _connects.Add(1, new KeyValuePair<string, object?>("code", code));

    /// <summary>Counts one negotiation; <paramref name="code"/> is 0 where it was answered.</summary>
    public void Negotiate(int code) => _negotiations.Add(1, new KeyValuePair<string, object?>("code", code));
}
