using System.Reflection;
using System.Text;

namespace ServerlessGateway.Tests.Support;

/// <summary>Makes a SUPPORTED_FEATURES.md from the features that tests prove.</summary>
public static class FeatureTable
{
    /// <summary>Set to 1 to write the files instead of comparing them.</summary>
    public const string UpdateVariable = "UPDATE_SUPPORTED_FEATURES";

    /// <summary>The whole file.</summary>
    /// <param name="title">Its first heading.</param>
    /// <param name="tests">The assembly of the tests.</param>
    /// <param name="testNamespace">Only tests in this namespace count.</param>
    public static string Render(string title, Assembly tests, string testNamespace)
    {
        var text = new StringBuilder()
            .Append("# ").Append(title).Append("\n\n")
            .Append("Made from the tests that prove each row; do not edit. `")
            .Append(UpdateVariable).Append("=1 dotnet test tests/Contract` writes it anew.\n");
        var areas = Features(tests, testNamespace)
            .GroupBy(row => row.Feature.Area)
            .OrderBy(group => group.Key, StringComparer.Ordinal);
        foreach (var area in areas)
        {
            text.Append("\n## ").Append(area.Key).Append("\n\n")
                .Append("| Feature | Compared with Azure | Note | Proved by |\n|---|---|---|---|\n");
            var rows = area
                .GroupBy(row => row.Feature.Name)
                .OrderBy(group => group.Key, StringComparer.Ordinal);
            foreach (var row in rows)
            {
                AppendRow(text, [.. row]);
            }
        }

        return text.ToString();
    }

    /// <summary>
    /// Compares a file with what the tests say, or writes it where <see cref="UpdateVariable"/> asks for that.
    /// </summary>
    /// <returns>What is wrong with the file; null when nothing is.</returns>
    public static string? CheckOrUpdate(string path, string expected)
    {
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            File.WriteAllText(path, expected);
            return null;
        }

        return File.Exists(path) && File.ReadAllText(path) == expected
            ? null
            : $"{path} does not say what the tests prove; run the tests once with {UpdateVariable}=1.";
    }

    private static void AppendRow(StringBuilder text, IReadOnlyList<Row> rows)
    {
        var first = rows[0].Feature;
        if (rows.Any(row => row.Feature.Support != first.Support || row.Feature.Note != first.Note))
        {
            throw new InvalidOperationException($"Tests disagree on the feature '{first.Name}'.");
        }

        var proofs = rows.Select(row => $"`{row.Test}`").Distinct().Order(StringComparer.Ordinal);
        text.Append("| ").Append(first.Name)
            .Append(" | ").Append(first.Support switch
            {
                FeatureSupport.Same => "same",
                FeatureSupport.Different => "different",
                _ => "missing",
            })
            .Append(" | ").Append(first.Note)
            .Append(" | ").AppendJoin("<br>", proofs).Append(" |\n");
    }

    private static IEnumerable<Row> Features(Assembly tests, string testNamespace) =>
        from type in tests.GetTypes()
        where type.Namespace == testNamespace
        from member in type.GetMethods().Cast<MemberInfo>().Append(type)
        from feature in member.GetCustomAttributes<FeatureAttribute>()
        select new Row(feature, member is Type ? type.Name : $"{type.Name}.{member.Name}");

    private sealed record Row(FeatureAttribute Feature, string Test);
}
