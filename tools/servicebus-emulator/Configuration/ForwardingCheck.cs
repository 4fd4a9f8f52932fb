using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Configuration;

/// <summary>Checks that whatever forwards names a queue or topic that there is, and not itself.</summary>
internal static class ForwardingCheck
{
    internal static void Run(NamespaceDefinition definition, ConfigurationErrors errors)
    {
        var names = new HashSet<string>(
            definition.Queues.Select(queue => queue.Name).Concat(definition.Topics.Select(topic => topic.Name)),
            StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < definition.Queues.Count; index++)
        {
            var queue = definition.Queues[index];
            Check(queue, queue.Name, $"$.UserConfig.Namespaces[0].Queues[{index}]");
        }

        for (var index = 0; index < definition.Topics.Count; index++)
        {
            var topic = definition.Topics[index];
            for (var inner = 0; inner < topic.Subscriptions.Count; inner++)
            {
                var path = $"$.UserConfig.Namespaces[0].Topics[{index}].Subscriptions[{inner}]";
                Check(topic.Subscriptions[inner].Queue, topic.Name, path);
            }
        }

        void Check(QueueDefinition queue, string self, string path)
        {
            CheckTarget(queue.ForwardTo, self, $"{path}.Properties.ForwardTo");
            CheckTarget(queue.ForwardDeadLetteredMessagesTo, self, $"{path}.Properties.ForwardDeadLetteredMessagesTo");
        }

        void CheckTarget(string? target, string self, string path)
        {
            if (target is not null && (!names.Contains(target) || target.Equals(self, StringComparison.OrdinalIgnoreCase)))
            {
                errors.Add(path, $"the value \"{target}\" is not permitted; permitted: another queue or topic of this file.");
            }
        }
    }
}
