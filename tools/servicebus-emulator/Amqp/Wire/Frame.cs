namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// One frame as it came: its array belongs to it alone, so a message may keep the payload without a copy.
/// </summary>
internal readonly record struct Frame(byte Type, ushort Number, byte[] Body)
{
    public const byte AmqpType = 0;
    public const byte SaslType = 1;
    public const int HeaderBytes = 8;
}
