using System.Text.Json;

namespace ServerlessGateway.WebPubSubEmulator.Access;

/// <summary>
/// Remembers the access keys that were replaced at run time, so that they hold after a restart, as in the cloud. It
/// remembers too which keys the program was started with: started with others, those count and the file is out of date.
/// </summary>
internal sealed class AccessKeyFile(string folder, IReadOnlyList<string> given)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path = Path.Combine(folder, "access-keys.json");

    /// <summary>The keys that hold: those of the file where it belongs to the given ones, else the given ones.</summary>
    public IReadOnlyList<string> Read()
    {
        if (!File.Exists(_path)) return given;
        try
        {
            var kept = JsonSerializer.Deserialize<Content>(File.ReadAllText(_path), JsonSerializerOptions.Web);
            return kept is { Given: { } started, Current: { Count: > 0 } current } && started.SequenceEqual(given)
                ? current
                : given;
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{_path} is damaged ({exception.Message}); delete it to start with the given keys.", exception);
        }
    }

    /// <summary>Replaces the file as a whole: whatever happens, either the old keys or the new ones stand in it.</summary>
    public void Write(IReadOnlyList<string> current)
    {
        var part = _path + ".new";
        File.WriteAllText(part, JsonSerializer.Serialize(new Content(given, current), JsonSerializerOptions.Web));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(part, OwnerOnly);
        File.Move(part, _path, overwrite: true);
    }

    private sealed record Content(IReadOnlyList<string>? Given, IReadOnlyList<string>? Current);
}
