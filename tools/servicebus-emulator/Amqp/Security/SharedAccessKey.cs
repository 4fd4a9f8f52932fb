namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>The one key of the emulator's namespace.</summary>
/// <param name="Name">The name of the rule, as in a connection string's SharedAccessKeyName.</param>
/// <param name="Key">The key itself; it is used as text, not as base64.</param>
internal sealed record SharedAccessKey(string Name, string Key)
{
    /// <summary>The name and key of the official emulator, public and the same on every machine.</summary>
    public static SharedAccessKey WellKnown { get; } = new("RootManageSharedAccessKey", "SAS_KEY_VALUE");
}
