using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>The outcome of a management operation.</summary>
/// <param name="Status">An HTTP status code.</param>
/// <param name="Description">A sentence for people.</param>
/// <param name="Condition">The AMQP error condition of a failure.</param>
/// <param name="Body">What a success carries.</param>
internal sealed record ManagementAnswer(int Status, string Description, string? Condition, Map? Body)
{
    public static ManagementAnswer Ok(Map? body = null) => new(200, "OK", null, body);

    /// <summary>Nothing was found, which is no failure.</summary>
    public static ManagementAnswer NoContent() => new(204, "No content", null, null);

    public static ManagementAnswer BadRequest(string description) =>
        new(400, description, "com.microsoft:argument-error", null);

    public static ManagementAnswer NotSupported(string description) =>
        new(501, description, ErrorCode.NotImplemented, null);

    public static ManagementAnswer Failed(BrokerError error) =>
        new(StatusOf(error.Code), error.Description, error.Symbol, null);

    public static ManagementAnswer Done(BrokerError? error) => error is null ? Ok() : Failed(error);

    public Message ToMessage()
    {
        var properties = new ApplicationProperties();
        properties["statusCode"] = Status;
        properties["statusDescription"] = Description;
        if (Condition is not null)
        {
            properties["errorCondition"] = new Symbol(Condition);
        }

        return new Message
        {
            ApplicationProperties = properties,
            BodySection = new AmqpValue { Value = Body ?? new Map() },
        };
    }

    private static int StatusOf(BrokerErrorCode code) => code switch
    {
        BrokerErrorCode.ArgumentError or BrokerErrorCode.ArgumentOutOfRange => 400,
        BrokerErrorCode.MessageSizeExceeded or BrokerErrorCode.QuotaExceeded => 403,
        BrokerErrorCode.NotAllowed => 403,
        BrokerErrorCode.NotFound or BrokerErrorCode.MessageNotFound => 404,
        BrokerErrorCode.Timeout => 408,
        BrokerErrorCode.SessionCannotBeLocked or BrokerErrorCode.AlreadyExists => 409,
        BrokerErrorCode.MessageLockLost or BrokerErrorCode.SessionLockLost => 410,
        BrokerErrorCode.ServerBusy or BrokerErrorCode.OperationCancelled => 503,
        _ => 500,
    };
}
