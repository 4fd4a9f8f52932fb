using System.Text.Json;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Configuration;

/// <summary>
/// The official emulator's <c>config.json</c>, read strictly: an unknown key, a value that neither the official
/// emulator nor the cloud allows, or a name given twice is an error. Keys may have any case.
/// </summary>
public static class EmulatorConfiguration
{
    /// <summary>Queues and topics of one namespace: the cloud's limit.</summary>
    private const int MaxEntities = 10_000;

    private static readonly JsonDocumentOptions Options = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = 16,
    };

    /// <summary>Reads a configuration.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="definition">The entities, on success.</param>
    /// <param name="error">On failure one line: the JSON path, the value and what is permitted; empty on success.</param>
    public static bool TryRead(string json, out NamespaceDefinition definition, out string error)
    {
        definition = new NamespaceDefinition();
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            var errors = new ConfigurationErrors();
            definition = ReadRoot(new ConfigurationSection(document.RootElement, "$", errors));
            ForwardingCheck.Run(definition, errors);
            error = errors.First ?? "";
            return errors.First is null;
        }
        catch (JsonException failure)
        {
            error = $"The configuration is not JSON at line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}.";
            return false;
        }
        catch (InvalidOperationException)
        {
            // JSON may escape half a character, which the parser tells apart only when the text is asked for.
            error = "The configuration holds a key or a text that is no Unicode.";
            return false;
        }
    }

    private static NamespaceDefinition ReadRoot(ConfigurationSection root)
    {
        var user = root.Section("UserConfig", isRequired: true);
        root.End();
        var namespaces = user.Sections("Namespaces");
        ReadLogging(user.Section("Logging", isRequired: false));
        user.End();
        if (namespaces.Count != 1)
        {
            user.Fail("Namespaces", namespaces.Count, "exactly one namespace");
            return new NamespaceDefinition();
        }

        return ReadNamespace(namespaces[0]);
    }

    private static NamespaceDefinition ReadNamespace(ConfigurationSection section)
    {
        var names = new UniqueNames();
        var definition = new NamespaceDefinition
        {
            Name = section.Text("Name", maxCharacters: 50, isRequired: true) ?? "",
            Queues = [.. section.Sections("Queues").Select(queue => EntityReader.ReadQueue(queue, names))],
            Topics = [.. section.Sections("Topics").Select(topic => EntityReader.ReadTopic(topic, names))],
        };
        section.End();
        if (definition.Queues.Count + definition.Topics.Count is > MaxEntities and var count)
        {
            section.Fail("Queues and Topics", count, $"up to {MaxEntities} together");
        }

        return definition;
    }

    /// <summary>Where the official emulator logs to. Ours logs to the console; the key is checked and has no effect.</summary>
    private static void ReadLogging(ConfigurationSection section)
    {
        var type = section.Text("Type", maxCharacters: 50, isRequired: false) ?? "Console";
        foreach (var part in type.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part is not ("File" or "Console"))
            {
                section.Fail("Type", type, "File, Console or both");
            }
        }

        section.End();
    }
}
