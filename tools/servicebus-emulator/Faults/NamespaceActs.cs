using Amqp.Framing;
using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Faults;

/// <summary>Carries out what strikes all that is there: connections and links on their own loops, locks in the broker.</summary>
internal sealed class NamespaceActs(MessageBroker broker, AmqpServer server, TimeProvider time)
{
    /// <summary>How long a connection may take to come to it: one that is stuck on its peer is left out.</summary>
    private static readonly TimeSpan LoopPatience = TimeSpan.FromSeconds(5);

    public Task ActAsync(ActiveRule rule)
    {
        var kind = rule.Rule.Kind;
        if (kind == NamespaceFaultKinds.ExpireLock || kind == NamespaceFaultKinds.StealLock)
        {
            EndLocks(rule, isStolen: kind == NamespaceFaultKinds.StealLock);
            return Task.CompletedTask;
        }

        return OnConnectionsAsync(kind == NamespaceFaultKinds.DropConnection
            ? connection => Drop(rule, connection)
            : connection => DetachLinks(rule, connection));
    }

    private static void Drop(ActiveRule rule, AmqpConnection connection)
    {
        var subject = NamespaceFaults.SubjectOf(connection, entity: null);
        foreach (var entity in connection.Links.Select(link => link.EntityAddress).Distinct())
        {
            subject.Add("entity", entity);
        }

        if (rule.Strikes(subject))
        {
            connection.Cut();
        }
    }

    private static void DetachLinks(ActiveRule rule, AmqpConnection connection)
    {
        foreach (var link in connection.Links.Where(link => link.EntityAddress is not null).ToArray())
        {
            var subject = NamespaceFaults.SubjectOf(connection, link.EntityAddress, (link as SessionReceiverLink)?.Lease?.SessionId);
            subject.Add("link", link.Name);
            if (rule.Strikes(subject))
            {
                link.Detach(new Error(ServiceBusSymbols.DetachForced) { Description = "The link is detached: a fault rule says so." });
            }
        }
    }

    private void EndLocks(ActiveRule rule, bool isStolen)
    {
        foreach (var queue in broker.Entities.OfType<MessageQueue>())
        {
            queue.EndLocks(
                (session, message) => rule.Strikes(
                    new FaultSubject { { "entity", queue.Address }, { "session", session }, { "message", message } }),
                isStolen);
        }
    }

    /// <summary>One after the other, in the order in which they opened: a seed then strikes the same ones again.</summary>
    private async Task OnConnectionsAsync(Action<AmqpConnection> act)
    {
        foreach (var connection in server.Connections)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var isPosted = connection.TryPost(() =>
            {
                act(connection);
                done.SetResult();
            });
            if (isPosted)
            {
                await done.Task.WaitAsync(LoopPatience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
