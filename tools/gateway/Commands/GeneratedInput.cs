using System.Text.Json;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary>Makes the file that the first publisher reads where none was given: both JSON lines and plain text.</summary>
internal static class GeneratedInput
{
    private const int Lines = 200;

    public static async Task<IReadOnlyList<string>> ReadAsync(string folder, int seed, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, "input.txt");
        await File.WriteAllLinesAsync(path, Enumerable.Range(0, Lines).Select(index => LineOf(seed, index)), cancellationToken);
        return await File.ReadAllLinesAsync(path, cancellationToken);
    }

    private static string LineOf(int seed, int index) => (index % 3) switch
    {
        0 => JsonSerializer.Serialize(new { sensor = $"salle-été-{index % 7}", celsius = 18 + (((seed + index) % 40) / 10.0), ok = true }),
        1 => $"Zeile {index}: Grüße aus Köln — 価格は{index * 7}円です 🚚",
        _ => JsonSerializer.Serialize(new object[] { index, "Straße", null!, new { nested = (double[])[index, 2.25] } }),
    };
}
