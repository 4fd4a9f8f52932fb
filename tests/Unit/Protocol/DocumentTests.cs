using System.Globalization;
using System.Text.RegularExpressions;
using ServerlessGateway.Protocol;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Unit.Tests.Protocol;

/// <summary>Holds the tables of PROTOCOL.md and ERRORS.md to the code.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void ERRORS_lists_exactly_the_codes_of_the_code()
    {
        var rows = CodeRow().Matches(Read("ERRORS.md")).Select(match => (
            Code: Number(match.Groups[1].Value),
            Name: match.Groups[2].Value,
            Http: match.Groups[3].Value.Trim() is { Length: > 0 } status ? Number(status) : 0));

        Assert.Equal(ErrorCodes.All.Select(code => (code.Code, code.Name, code.HttpStatus)), rows);
    }

    [Fact]
    public void The_verdict_of_a_code_is_its_range_also_for_codes_not_known_yet()
    {
        Assert.All(ErrorCodes.All, code => Assert.Equal(code.Code / 1000, (int)code.Verdict));
        Assert.Equal(Verdict.Reconnect, ErrorCode.VerdictOf(2999));
        Assert.Equal(Verdict.Stop, ErrorCode.VerdictOf(9001));
    }

    [Fact]
    public void PROTOCOL_states_the_limits_that_clients_get()
    {
        var rows = Read("PROTOCOL.md").Split('\n').Where(line => line.StartsWith('|')).ToList();
        var limits = new ClientLimits();

        AssertRow(rows, "`data` of one publication, bytes", limits.MaxPayloadBytes, ErrorCodes.PayloadTooLarge);
        AssertRow(rows, "`data` of one publication, bytes", ClientLimits.HighestMaxPayloadBytes, ErrorCodes.PayloadTooLarge);
        AssertRow(rows, "`data` of one publication, levels", ClientLimits.MaxPayloadDepth, ErrorCodes.MalformedRequest);
        AssertRow(rows, "one request", limits.MaxRequestBytes, ErrorCodes.RequestTooLarge);
        AssertRow(rows, "publications in one request", limits.MaxPublicationsPerRequest, ErrorCodes.TooManyPublications);
        AssertRow(rows, "channels of one session", limits.MaxChannelsPerSession, ErrorCodes.TooManyChannels);
    }

    private static void AssertRow(List<string> rows, string what, int value, ErrorCode code)
    {
        var row = Assert.Single(rows, row => row.StartsWith($"| {what}", StringComparison.Ordinal));
        Assert.Contains(value.ToString("N0", CultureInfo.InvariantCulture), row, StringComparison.Ordinal);
        Assert.EndsWith($"| {code.Code} |", row, StringComparison.Ordinal);
    }

    private static string Read(string file) => File.ReadAllText(RepositoryRoot.Combine("clients", file));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\| (\d{4}) \| `(\w+)` \|([^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex CodeRow();
}
