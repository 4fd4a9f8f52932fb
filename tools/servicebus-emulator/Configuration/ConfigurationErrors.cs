namespace ServerlessGateway.ServiceBusEmulator.Configuration;

/// <summary>Collects what is wrong; only the first is told, in one line.</summary>
internal sealed class ConfigurationErrors
{
    internal string? First { get; private set; }

    internal void Add(string path, string what) => First ??= $"{path}: {what}";
}
