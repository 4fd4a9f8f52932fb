using Azure;
using Azure.Messaging.WebPubSub;
using Microsoft.Extensions.Logging;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Requests;

/// <summary>
/// Groups of Azure Web PubSub. One channel is one call that says whether the connection was there; many are one call
/// with a filter, so that a resume costs the same for 1 channel as for 128.
/// </summary>
internal sealed class WebPubSubConnectionGroups(WebPubSubClients clients, ILogger<WebPubSubConnectionGroups> log) : IConnectionGroups
{
    private const int SideBySide = 8;

    /// <inheritdoc/>
    public Task<GroupOutcome> AddAsync(
        InstanceName instance, string connectionId, IReadOnlyCollection<ChannelName> channels, CancellationToken cancellationToken) =>
        TryAsync(instance, () => AddAsync(clients[instance], connectionId, channels, ContextOf(cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public async Task<GroupOutcome> RemoveAsync(
        InstanceName instance, string connectionId, IReadOnlyCollection<ChannelName> channels, CancellationToken cancellationToken)
    {
        var outcome = GroupOutcome.Done;
        foreach (var chunk in channels.Chunk(SideBySide))
        {
            var outcomes = await Task.WhenAll(chunk.Select(channel => TryAsync(
                instance,
                () => clients[instance].RemoveConnectionFromGroupAsync(channel.Value, connectionId, ContextOf(cancellationToken)),
                cancellationToken)));
            outcome = outcomes.Append(outcome).Max();
        }

        return outcome;
    }

    private static Task<Response> AddAsync(
        WebPubSubServiceClient client, string connectionId, IReadOnlyCollection<ChannelName> channels, RequestContext context) =>
        channels.Count == 1
            ? client.AddConnectionToGroupAsync(channels.First().Value, connectionId, context)
            // A quote in a filter's text is doubled. Ids hold none, but they are made by others.
            : client.AddConnectionsToGroupsAsync(
                channels.Select(channel => channel.Value),
                $"connectionId eq '{connectionId.Replace("'", "''", StringComparison.Ordinal)}'",
                context);

    private async Task<GroupOutcome> TryAsync(
        InstanceName instance, Func<Task<Response>> call, CancellationToken cancellationToken)
    {
        try
        {
            await call();
            return GroupOutcome.Done;
        }
        catch (RequestFailedException exception)
        {
            RequestLog.GroupsNotChanged(log, instance.Value, exception.Status, exception.ErrorCode ?? exception.GetType().Name);
            return exception.Status == 429 ? GroupOutcome.Busy : GroupOutcome.Failed;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            RequestLog.GroupsNotChanged(log, instance.Value, 0, exception.GetType().Name);
            return GroupOutcome.Failed;
        }
    }

    private static RequestContext ContextOf(CancellationToken cancellationToken) => new() { CancellationToken = cancellationToken };
}
