using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using ServerlessGateway.WebPubSubEmulator.Faults;
using ServerlessGateway.WebPubSubEmulator.Filters;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Rest;

/// <summary>
/// One authorized request to a hub, with its parameters parsed once and strictly. Path segments come from the raw target,
/// because a name may hold an escaped slash or per cent sign that the decoded path no longer tells apart.
/// </summary>
internal sealed class RestCall(
    HttpContext context, HubCore hub, string[] segments, HubLimits limits, InstanceFaults faults)
{
    public HttpContext Context { get; } = context;

    public HubCore Hub { get; } = hub;

    /// <summary>What may become of it.</summary>
    public InstanceFaults Faults { get; } = faults;

    /// <summary>The path of a request in its unescaped segments; the first one is <c>api</c>.</summary>
    public static string[] SegmentsOf(HttpContext context)
    {
        var path = PathOf(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        return [.. path.TrimStart('/').Split('/').Select(Uri.UnescapeDataString)];
    }

    /// <summary>A segment of the path by its place: <c>api/hubs/{hub}</c> are 0 to 2.</summary>
    public string Segment(int index) => segments[index];

    public GroupName Group(int index) => ParseGroup(segments[index], "group");

    public static GroupName ParseGroup(string? text, string target) => GroupName.TryParse(text, out var group)
        ? group
        : throw RestException.Bad($"A group name must be 1 to {GroupName.MaxLength} characters and not blank.", target);

    /// <summary>A parameter that may be given once; null when it is not.</summary>
    public string? Query(string name)
    {
        if (!Context.Request.Query.TryGetValue(name, out var values)) return null;
        return values.Count <= 1 ? values.ToString() : throw RestException.Bad($"'{name}' is given more than once.", name);
    }

    /// <summary>A parameter that may be given any number of times; empty ones say nothing.</summary>
    public string[] Values(string name) =>
        [.. Context.Request.Query[name].OfType<string>().Where(value => value.Length > 0)];

    public int? Number(string name, int min, int max)
    {
        if (Query(name) is not { } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max
            ? number
            : throw RestException.Bad($"'{name}' is '{text}'; it must be a whole number from {min} to {max}.", name);
    }

    public SendScope Scope() => new(Excluded(), Filter(Query("filter")));

    public SendScope FilterOnly() => new(null, Filter(Query("filter")));

    /// <summary>The group that a permission is for; null for all of them.</summary>
    public GroupName? TargetName() => Query("targetName") is { Length: > 0 } name ? ParseGroup(name, "targetName") : null;

    public HashSet<string>? Excluded() => Values("excluded") is { Length: > 0 } excluded ? [.. excluded] : null;

    public static Func<IFilterSubject, bool>? Filter(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        return FilterParser.TryParse(text, out var filter, out var error)
            ? filter
            : throw RestException.Bad($"Invalid syntax for '{text}': {error} (Parameter 'filter')", "filter");
    }

    public async ValueTask<byte[]> ReadBodyAsync()
    {
        if (Context.Request.ContentLength > limits.MaxMessageBytes) throw TooLarge();
        using var body = new MemoryStream((int)(Context.Request.ContentLength ?? 0));
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await Context.Request.Body.ReadAsync(buffer, Context.RequestAborted)) > 0)
        {
            if (body.Length + read > limits.MaxMessageBytes) throw TooLarge();
            body.Write(buffer, 0, read);
        }

        return body.TryGetBuffer(out var whole) && whole.Count == whole.Array!.Length ? whole.Array : body.ToArray();
    }

    private static string PathOf(string rawTarget)
    {
        var path = rawTarget.Split('?', 2)[0];
        if (path.StartsWith('/')) return path;
        // Absolute form, as proxies send it.
        var authority = path.IndexOf("://", StringComparison.Ordinal);
        var slash = authority < 0 ? -1 : path.IndexOf('/', authority + 3);
        return slash < 0 ? "/" : path[slash..];
    }

    private RestException TooLarge() => new(
        StatusCodes.Status413PayloadTooLarge, "PayloadTooLarge", $"A message is limited to {limits.MaxMessageBytes} bytes.");
}
