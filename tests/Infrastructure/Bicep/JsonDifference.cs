using System.Text.Json.Nodes;

namespace ServerlessGateway.Infrastructure.Tests.Bicep;

/// <summary>The difference of two JSON documents, a line per value.</summary>
internal static class JsonDifference
{
    public static IReadOnlyList<string> Between(JsonNode? golden, JsonNode? now) => [.. Lines("", golden, now).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Lines(string path, JsonNode? golden, JsonNode? now)
    {
        if (JsonNode.DeepEquals(golden, now))
        {
            return [];
        }

        var (left, right) = (Children(golden), Children(now));
        return left is null || right is null
            ? [$"  {path}: {Show(golden)} => {Show(now)}"]
            : left.Keys.Union(right.Keys).SelectMany(key => Lines(
                path.Length == 0 ? key : $"{path}.{key}", left.GetValueOrDefault(key), right.GetValueOrDefault(key)));
    }

    private static Dictionary<string, JsonNode?>? Children(JsonNode? node) => node switch
    {
        JsonObject members => members.ToDictionary(member => member.Key, member => member.Value),
        JsonArray items => items.Select((item, at) => (item, at)).ToDictionary(pair => $"{pair.at}", pair => pair.item),
        _ => null,
    };

    private static string Show(JsonNode? node) => node?.ToJsonString() ?? "(none)";
}
