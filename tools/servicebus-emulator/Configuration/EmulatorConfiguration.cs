using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Configuration;

/// <summary>
/// The official emulator's <c>config.json</c>, read strictly: an unknown key, a value that neither the official
/// emulator nor the cloud allows, or a name given twice is an error.
/// </summary>
public static class EmulatorConfiguration
{
    /// <summary>Reads a configuration.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="definition">The entities, on success.</param>
    /// <param name="error">On failure one line: the JSON path, the value and what is permitted.</param>
    public static bool TryRead(string json, out NamespaceDefinition definition, out string error) =>
        throw new NotImplementedException();
}
