using System.Globalization;
using System.Text.Json.Nodes;
using ServerlessGateway.Tests.Support;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ServerlessGateway.Infrastructure.Tests.Azd;

/// <summary>A YAML file as JSON, with the types of YAML 1.2: only <c>true</c> and <c>false</c> are booleans, so <c>on</c> is a name.</summary>
internal static class Yaml
{
    public static JsonNode Read(params string[] parts) => Parse(File.ReadAllText(RepositoryRoot.Combine(parts)));

    public static JsonNode Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return Convert(stream.Documents.Single().RootNode)!;
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(
            pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Convert(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => scalar.Value switch
        {
            "" or "~" or "null" => null,
            "true" => true,
            "false" => false,
            var value when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            var value => value,
        },
        YamlScalarNode scalar => scalar.Value,
        _ => throw new NotSupportedException($"A node of kind {node.NodeType} is not read here."),
    };
}
