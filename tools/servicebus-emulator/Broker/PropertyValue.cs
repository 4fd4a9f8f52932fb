namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>Which values application properties may have: those that filters compare and the journal writes.</summary>
internal static class PropertyValue
{
    /// <summary>The first value of another type, as an error; null when there is none.</summary>
    internal static BrokerError? FindError(IReadOnlyDictionary<string, object?>? properties)
    {
        foreach (var (name, value) in properties ?? new Dictionary<string, object?>())
        {
            if (!IsSupported(value))
            {
                return new BrokerError(
                    BrokerErrorCode.ArgumentError, $"The property '{name}' has the type {value!.GetType().Name}, which no property may have.");
            }
        }

        return null;
    }

    private static bool IsSupported(object? value) => value is null or string or bool or char or Guid or byte[] or Uri
        or byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal
        or DateTime or DateTimeOffset or TimeSpan;
}
