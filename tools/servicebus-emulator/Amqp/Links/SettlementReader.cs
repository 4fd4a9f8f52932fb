using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>What a client means by an outcome.</summary>
internal static class SettlementReader
{
    /// <summary>Null for states that are no outcome of a message here, such as a transaction's.</summary>
    public static Settlement? Read(DeliveryState state) => state switch
    {
        Accepted => new Settlement.Complete(),
        Released => new Settlement.Abandon(),
        Modified { UndeliverableHere: true } modified => new Settlement.Defer
        {
            PropertiesToModify = Properties(modified.MessageAnnotations),
        },
        Modified modified => new Settlement.Abandon { PropertiesToModify = Properties(modified.MessageAnnotations) },
        Rejected rejected => DeadLetter(rejected.Error),
        _ => null,
    };

    private static Settlement.DeadLetter DeadLetter(Error? error)
    {
        if (error is null)
        {
            return new Settlement.DeadLetter(null, null);
        }

        var info = PropertyValues.FromMap(error.Info);
        var condition = (string?)error.Condition;
        info.Remove(ServiceBusSymbols.DeadLetterReason, out var reason);
        info.Remove(ServiceBusSymbols.DeadLetterDescription, out var description);
        return new Settlement.DeadLetter(
            reason as string ?? (condition == ServiceBusSymbols.DeadLetter ? null : condition),
            description as string ?? error.Description)
        {
            PropertiesToModify = info.Count == 0 ? null : info,
        };
    }

    private static Dictionary<string, object?>? Properties(Map? map) =>
        map is null || map.Count == 0 ? null : PropertyValues.FromMap(map);
}
