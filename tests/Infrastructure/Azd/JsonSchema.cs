using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ServerlessGateway.Infrastructure.Tests.Azd;

/// <summary>
/// Validates a document against a JSON schema, by the keywords that the schemas here use. A keyword that is not known
/// fails instead of being passed over, since a rule that is not looked at proves nothing.
/// </summary>
internal sealed class JsonSchema(JsonNode root)
{
    /// <summary>Keywords that explain and do not restrict.</summary>
    private static readonly HashSet<string> Annotations =
    [
        "$schema", "$id", "$comment", "comment", "title", "description", "default", "examples", "definitions", "deprecated", "format", "source",
    ];

    /// <summary>What is wrong with a document, a line per place; empty where it is valid.</summary>
    public IReadOnlyList<string> Validate(JsonNode? document) => [.. Errors(root, document, "$")];

    private IEnumerable<string> Errors(JsonNode? schema, JsonNode? value, string path)
    {
        if (schema is JsonValue flag)
        {
            return flag.GetValue<bool>() ? [] : [$"{path}: must not be there"];
        }

        var rules = schema!.AsObject();
        return rules.SelectMany(rule => Annotations.Contains(rule.Key) ? [] : Check(rules, rule.Key, rule.Value!, value, path));
    }

    private IEnumerable<string> Check(JsonObject rules, string keyword, JsonNode rule, JsonNode? value, string path) => keyword switch
    {
        "$ref" => Errors(Resolve((string)rule!), value, path),
        "type" => IsOfType(rule, value) ? [] : [$"{path}: is {KindOf(value)}, must be {rule.ToJsonString()}"],
        "const" => JsonNode.DeepEquals(rule, value) ? [] : [$"{path}: must be {rule.ToJsonString()}"],
        "enum" => rule.AsArray().Any(item => JsonNode.DeepEquals(item, value)) ? [] : [$"{path}: must be one of {rule.ToJsonString()}"],
        "pattern" => TextOf(value) is not { } text || Regex.IsMatch(text, (string)rule!) ? [] : [$"{path}: '{text}' does not match {rule}"],
        "minLength" => TextOf(value) is not { } text || text.Length >= (int)rule! ? [] : [$"{path}: is shorter than {rule}"],
        "maxLength" => TextOf(value) is not { } text || text.Length <= (int)rule! ? [] : [$"{path}: is longer than {rule}"],
        "required" => value is not JsonObject members ? [] : rule.AsArray().Select(name => (string)name!)
            .Where(name => !members.ContainsKey(name)).Select(name => $"{path}: '{name}' is missing"),
        "minProperties" => value is not JsonObject members || members.Count >= (int)rule! ? [] : [$"{path}: has fewer than {rule} members"],
        "properties" => value is not JsonObject members ? [] : rule.AsObject()
            .Where(property => members.ContainsKey(property.Key))
            .SelectMany(property => Errors(property.Value, members[property.Key], $"{path}.{property.Key}")),
        "additionalProperties" => value is not JsonObject members ? [] : members
            .Where(member => rules["properties"]?.AsObject().ContainsKey(member.Key) != true)
            .SelectMany(member => Errors(rule, member.Value, $"{path}.{member.Key}")),
        "items" => value is not JsonArray items ? [] : items.SelectMany((item, at) => Errors(rule, item, $"{path}[{at}]")),
        "minItems" => value is not JsonArray items || items.Count >= (int)rule! ? [] : [$"{path}: has fewer than {rule} items"],
        "uniqueItems" => value is not JsonArray items || items.Select(item => item?.ToJsonString()).Distinct().Count() == items.Count
            ? [] : [$"{path}: has an item twice"],
        "allOf" => rule.AsArray().SelectMany(one => Errors(one, value, path)),
        "anyOf" => rule.AsArray().Any(one => IsValid(one, value, path))
            ? [] : rule.AsArray().SelectMany(one => Errors(one, value, path)).Prepend($"{path}: none of the alternatives holds"),
        "not" => IsValid(rule, value, path) ? [$"{path}: holds what it must not"] : [],
        "if" => IsValid(rule, value, path)
            ? rules["then"] is { } then ? Errors(then, value, path) : []
            : rules["else"] is { } otherwise ? Errors(otherwise, value, path) : [],
        "then" or "else" => [],
        _ => throw new NotSupportedException($"The keyword '{keyword}' is not known here."),
    };

    private bool IsValid(JsonNode? schema, JsonNode? value, string path) => !Errors(schema, value, path).Any();

    private JsonNode Resolve(string reference) => reference.Split('/') switch
    {
        ["#", "definitions", var name] => root["definitions"]![name]!,
        _ => throw new NotSupportedException($"The reference '{reference}' leads elsewhere."),
    };

    private static bool IsOfType(JsonNode rule, JsonNode? value) => rule is JsonArray several
        ? several.Any(type => (string)type! == KindOf(value))
        : (string)rule! == KindOf(value) || ((string)rule! == "number" && KindOf(value) == "integer");

    private static string KindOf(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ when value.GetValueKind() == System.Text.Json.JsonValueKind.String => "string",
        _ when value.GetValueKind() == System.Text.Json.JsonValueKind.Number => "integer",
        _ => "boolean",
    };

    private static string? TextOf(JsonNode? value) => KindOf(value) == "string" ? (string)value! : null;
}
