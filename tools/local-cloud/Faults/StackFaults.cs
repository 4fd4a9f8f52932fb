using System.Net.Http.Json;

namespace ServerlessGateway.LocalCloud.Faults;

/// <summary>Commands the faults of a stack's emulators, as anybody on this machine may by HTTP.</summary>
public sealed class StackFaults(Stack stack) : IDisposable
{
    private readonly HttpClient _http = new();

    /// <summary>Adds rules (one, or a plan of several) to those of one Web PubSub instance.</summary>
    public Task AddToInstanceAsync(string instance, object rules, CancellationToken cancellationToken) =>
        AddAsync(InstanceUri(instance), rules, cancellationToken);

    /// <summary>Adds rules to those of Service Bus.</summary>
    public Task AddToServiceBusAsync(object rules, CancellationToken cancellationToken) =>
        AddAsync(ServiceBusUri, rules, cancellationToken);

    /// <summary>What became of the rules in force, at each emulator.</summary>
    public async Task<IReadOnlyList<StruckRule>> ReadAsync(CancellationToken cancellationToken)
    {
        List<StruckRule> rules = [];
        foreach (var (emulator, uri) in Emulators)
        {
            var answer = await _http.GetFromJsonAsync<FaultReport>(uri, cancellationToken);
            rules.AddRange(answer!.Rules.Select(rule => rule with { Emulator = emulator }));
        }

        return rules;
    }

    /// <summary>Ends all faults of all emulators.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (var (_, uri) in Emulators)
        {
            using var response = await _http.DeleteAsync(uri, cancellationToken);
            response.EnsureSuccessStatusCode();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private IEnumerable<(string Emulator, Uri Uri)> Emulators =>
        stack.Instances.Keys.Select(name => (name, InstanceUri(name))).Append(("servicebus", ServiceBusUri));

    private Uri ServiceBusUri => new(new Uri(stack.ServiceBus.Ready.Values["http"]), "/faults");

    private Uri InstanceUri(string instance) => new(new Uri(stack.Instances[instance].Ready.Values["endpoint"]), "/faults");

    private async Task AddAsync(Uri uri, object rules, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsJsonAsync(uri, rules, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(
                $"{uri} refused fault rules: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    private sealed record FaultReport(IReadOnlyList<StruckRule> Rules);
}
