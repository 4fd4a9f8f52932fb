using System.Text;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>A listing as it is kept in the repository, and the C# that compiles to an assembly of that surface.</summary>
internal sealed class Listing
{
    private readonly List<string> _lines;
    private string _nullable = "disable";

    private Listing(IEnumerable<string> lines) => _lines = [.. lines];

    /// <summary>The types that are listed with their members, by full name.</summary>
    public IReadOnlyList<string> Types => [.. TypeNames()];

    public static Listing Load(SurfaceSource source) => new(File.ReadAllLines(source.ListingPath));

    /// <summary>
    /// Declarations with empty bodies, which a compiler makes a reference assembly of. A listing of an API that says nothing of
    /// null cannot tell whether the package does: annotated, it says of every reference that it is never null.
    /// </summary>
    public string ToSource(bool isAnnotated = false)
    {
        var source = new StringBuilder();
        var open = 0;
        _nullable = isAnnotated ? "enable" : Value("nullable");
        foreach (var name in _lines.Where(line => line.StartsWith("using ", StringComparison.Ordinal)))
        {
            source.AppendLine($"{name};");
        }

        var body = _lines.SkipWhile(line => !line.StartsWith("namespace ", StringComparison.Ordinal)).ToList();
        for (var at = 0; at < body.Count; at++)
        {
            open = CloseTo(source, open, DepthOf(body[at]));
            Append(source, body, at, ref open);
        }

        CloseTo(source, open, 0);
        return source.ToString();
    }

    /// <summary>Namespaces are the outermost, then types, then members and the types in types.</summary>
    private static int DepthOf(string line) => line.StartsWith("namespace ", StringComparison.Ordinal)
        ? 0
        : 1 + ((line.Length - line.TrimStart().Length) / 2);

    private static int CloseTo(StringBuilder source, int open, int depth)
    {
        for (; open > depth; open--)
        {
            source.AppendLine("}");
        }

        return open;
    }

    private void Append(StringBuilder source, List<string> body, int at, ref int open)
    {
        var line = body[at].Trim();
        if (IsAttribute(line))
        {
            source.AppendLine(line);
        }
        else if (OpensBlock(line))
        {
            source.AppendLine(NullabilityOf(body, at));
            source.AppendLine($"{Without(line, "opaque ")} {{");
            open++;
        }
        else
        {
            source.AppendLine(MemberOf(line, OwnerOf(body, at)));
        }
    }

    /// <summary>A type that says of a reference that it can be null says so of all, in a package that is silent elsewhere.</summary>
    private string NullabilityOf(List<string> body, int at)
    {
        var members = body.Skip(at + 1).TakeWhile(line => DepthOf(line) > DepthOf(body[at]));
        return DepthOf(body[at]) == 1 && members.Any(line => line.Contains("string?", StringComparison.Ordinal))
            ? "#nullable enable"
            : $"#nullable {_nullable}";
    }

    private static string MemberOf(string line, string owner)
    {
        if (owner.Contains("enum ", StringComparison.Ordinal))
        {
            return $"{line},";
        }

        var isProperty = line.EndsWith('}');
        var hasNoBody = owner.Contains("interface ", StringComparison.Ordinal) || line.Contains("abstract ", StringComparison.Ordinal)
            || line.Contains("event ", StringComparison.Ordinal) || line.Contains("delegate ", StringComparison.Ordinal)
            || line.Contains("const ", StringComparison.Ordinal);
        return (isProperty, hasNoBody) switch
        {
            (true, true) => line,
            // An automatic property cannot do without a getter of its own; a body says nothing of nullability.
            (true, false) => line.Replace("get;", "get => throw null!;", StringComparison.Ordinal)
                .Replace("set;", "set => throw null!;", StringComparison.Ordinal),
            (false, true) => $"{line};",
            (false, false) => $"{line} => throw null!;",
        };
    }

    private static string OwnerOf(List<string> body, int at)
    {
        var depth = DepthOf(body[at]);
        return body.Take(at).Last(line => DepthOf(line) < depth && !IsAttribute(line.Trim()));
    }

    private static bool IsAttribute(string line) => line.StartsWith('[');

    private static bool OpensBlock(string line) => line.StartsWith("namespace ", StringComparison.Ordinal) || IsType(line);

    private static bool IsType(string line) => !line.Contains('(', StringComparison.Ordinal)
        && Array.Exists(["class ", "enum ", "interface ", "struct "], kind => $" {line}".Contains($" {kind}", StringComparison.Ordinal));

    private static string Without(string line, string prefix) =>
        line.StartsWith(prefix, StringComparison.Ordinal) ? line[prefix.Length..] : line;

    private IEnumerable<string> TypeNames()
    {
        List<string> path = [];
        foreach (var line in _lines.Where(line => OpensBlock(line.Trim())))
        {
            path = [.. path.Take(DepthOf(line))];
            path.Add(line.Split(':')[0].Trim().Split(' ')[^1]);
            if (path.Count > 1 && !line.StartsWith("opaque ", StringComparison.Ordinal))
            {
                yield return path[0] + "." + string.Join('+', path.Skip(1));
            }
        }
    }

    private string Value(string key) => _lines.First(line => line.StartsWith($"{key} ", StringComparison.Ordinal))[(key.Length + 1)..];
}
