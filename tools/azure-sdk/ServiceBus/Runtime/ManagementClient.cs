using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>Keeps one link of a kind open: opens it at first use, and again after it was lost.</summary>
internal sealed class LazyLink<T>(Func<CancellationToken, Task<T>> open, Func<T, bool> isOpen)
    where T : class
{
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private T? _current;

    public T? Current => Volatile.Read(ref _current);

    public async Task<T> GetAsync(CancellationToken cancellationToken)
    {
        if (Current is { } present && isOpen(present))
        {
            return present;
        }

        await _oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Current is { } opened && isOpen(opened))
            {
                return opened;
            }

            var link = await open(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _current, link);
            return link;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }
}

/// <summary>
/// Requests to <c>$management</c> of one entity.
/// Source: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response
/// </summary>
internal sealed class ManagementClient(ConnectionScope scope, string entityPath, RetryRunner retry)
{
    private readonly LazyLink<RequestLink> _link = new(
        token => scope.OpenManagementAsync(entityPath, token), link => link.IsOpen);

    public Task<Message> RequestAsync(
        string operation, Map body, string? associatedLink, CancellationToken cancellationToken) =>
        retry.RunAsync(
            token => RequestOnceAsync(operation, body, associatedLink, token), entityPath, cancellationToken);

    /// <summary>One attempt, for callers that retry as a whole.</summary>
    public async Task<Message> RequestOnceAsync(
        string operation, Map body, string? associatedLink, CancellationToken cancellationToken)
    {
        var link = await _link.GetAsync(cancellationToken).ConfigureAwait(false);
        var answer = await link.RequestAsync(Request(operation, body, associatedLink), cancellationToken)
            .ConfigureAwait(false);
        Answer.ThrowUnlessOk(answer);
        return answer;
    }

    public Task CloseAsync() => _link.Current?.CloseAsync() ?? Task.CompletedTask;

    private Message Request(string operation, Map body, string? associatedLink)
    {
        var request = new Message
        {
            ApplicationProperties = new ApplicationProperties
            {
                ["operation"] = $"com.microsoft:{operation}",
                ["com.microsoft:server-timeout"] = (uint)retry.TryTimeout.TotalMilliseconds,
            },
            BodySection = new AmqpValue { Value = body },
        };
        if (associatedLink is not null)
        {
            request.ApplicationProperties["associated-link-name"] = associatedLink;
        }

        return request;
    }
}
