using System.Globalization;
using Amqp;
using Amqp.Types;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>What <c>$cbs</c> and <c>$management</c> answer: a status, an error condition and a map.</summary>
internal static class Answer
{
    private const int NoContent = 204;

    public static bool HasNothing(Message answer) => Status(answer) == NoContent;

    public static void ThrowUnlessOk(Message answer)
    {
        var status = Status(answer);
        if (status is >= 200 and < 300)
        {
            return;
        }

        throw new AmqpFault(
            Property(answer, "errorCondition", "error-condition") as string
                ?? (Property(answer, "errorCondition", "error-condition") as Symbol)?.ToString()
                ?? ConditionOf(status),
            Property(answer, "statusDescription", "status-description") as string);
    }

    public static object? Value(Message answer, string key) => answer.Body is Map map ? map[key] : null;

    private static int Status(Message answer) =>
        Convert.ToInt32(Property(answer, "statusCode", "status-code") ?? 500, CultureInfo.InvariantCulture);

    private static object? Property(Message answer, string name, string otherName)
    {
        var properties = answer.ApplicationProperties?.Map;
        return properties is null ? null : properties[name] ?? properties[otherName];
    }

    /// <summary>What a status means where the broker names no condition.</summary>
    private static string ConditionOf(int status) => status switch
    {
        400 => Condition.ArgumentError,
        401 or 403 => Condition.UnauthorizedAccess,
        404 => Condition.NotFound,
        408 => Condition.Timeout,
        410 => Condition.MessageLockLost,
        503 => Condition.ServerBusy,
        _ => "amqp:internal-error",
    };
}
