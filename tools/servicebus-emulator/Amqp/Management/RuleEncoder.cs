using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// Rules as the service describes them in its answers: lists under the service's own descriptors.
/// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response#get-rules
/// </summary>
internal static class RuleEncoder
{
    private const ulong RuleDescription = 0x0000_0137_0000_0004;
    private const ulong EmptyRuleAction = 0x0000_0137_0000_0005;
    private const ulong SqlFilter = 0x0000_0013_7000_0006;
    private const ulong TrueFilter = 0x0000_0013_7000_0007;
    private const ulong FalseFilter = 0x0000_0013_7000_0008;
    private const ulong CorrelationFilter = 0x0000_0013_7000_0009;

    public static DescribedValue Encode(RuleDefinition rule) => new(
        RuleDescription, new List { Encode(rule.Filter), new DescribedValue(EmptyRuleAction, new List()), rule.Name });

    private static DescribedValue Encode(MessageFilter filter) => filter switch
    {
        MessageFilter.All => new DescribedValue(TrueFilter, new List()),
        MessageFilter.None => new DescribedValue(FalseFilter, new List()),
        MessageFilter.Sql sql => new DescribedValue(SqlFilter, new List { sql.Expression }),
        MessageFilter.Correlation correlation => new DescribedValue(CorrelationFilter, FieldsOf(correlation)),
        _ => throw new InvalidOperationException($"The filter {filter.GetType().Name} has no descriptor."),
    };

    private static List FieldsOf(MessageFilter.Correlation filter)
    {
        var properties = new Map();
        foreach (var (name, value) in filter.Properties)
        {
            properties.Add(name, PropertyValues.ToWire(value));
        }

        return [.. filter.Fields, properties];
    }
}
