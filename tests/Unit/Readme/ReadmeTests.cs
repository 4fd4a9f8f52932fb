using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Unit.Tests.Readme;

public sealed class ReadmeTests
{
    [Theory]
    [InlineData("ClientExample.cs")]
    [InlineData("BackendExample.cs")]
    public void The_readme_shows_code_that_compiles(string file)
    {
        var source = File.ReadAllText(RepositoryRoot.Combine("tests", "Unit", "Readme", file)).ReplaceLineEndings("\n");
        var start = source.IndexOf("// <readme>\n", StringComparison.Ordinal) + "// <readme>\n".Length;
        var lines = source[start..source.IndexOf("// </readme>", StringComparison.Ordinal)].TrimEnd().Split('\n')
            .Select(line => line.Length > 8 ? line[8..] : string.Empty);

        Assert.Contains(
            $"```csharp\n{string.Join('\n', lines)}\n```",
            File.ReadAllText(RepositoryRoot.Combine("README.md")).ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
    }
}
