namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// A management request that cannot be carried out as it stands; carries what the client is answered.
/// </summary>
internal sealed class ManagementRefusedException(ManagementAnswer answer) : Exception(answer.Description)
{
    public ManagementAnswer Answer { get; } = answer;

    public static ManagementRefusedException BadRequest(string description) =>
        new(ManagementAnswer.BadRequest(description));
}
