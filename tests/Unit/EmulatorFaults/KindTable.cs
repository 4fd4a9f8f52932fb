namespace ServerlessGateway.Unit.Tests.EmulatorFaults;

/// <summary>The table of fault kinds in an emulator's README.</summary>
internal static class KindTable
{
    /// <summary>The names in the first column below <c>| Kind |</c>.</summary>
    public static IEnumerable<string> NamesIn(string readme) => readme
        .Split('\n')
        .SkipWhile(line => !line.StartsWith("| Kind |", StringComparison.Ordinal))
        .Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Split('`')[1]);
}
