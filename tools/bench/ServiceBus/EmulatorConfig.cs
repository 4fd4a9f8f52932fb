using System.Text.Json;

namespace ServerlessGateway.Bench.ServiceBus;

/// <summary>The configuration that the emulator is measured with: one queue for each load.</summary>
internal static class EmulatorConfig
{
    public const string Singles = "singles";
    public const string Batches = "batches";
    public const string Sessions = "sessions";

    /// <summary>Writes the file and returns its path.</summary>
    public static string Write(DirectoryInfo folder)
    {
        var path = Path.Combine(folder.FullName, "servicebus.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            UserConfig = new
            {
                Namespaces = new[]
                {
                    new
                    {
                        Name = "sbemulatorns",
                        Queues = new[]
                        {
                            Queue(Singles, requiresSession: false),
                            Queue(Batches, requiresSession: false),
                            Queue(Sessions, requiresSession: true),
                        },
                    },
                },
                Logging = new { Type = "Console" },
            },
        }));
        return path;
    }

    private static object Queue(string name, bool requiresSession) =>
        new { Name = name, Properties = new { RequiresSession = requiresSession, LockDuration = "PT1M" } };
}
