namespace ServerlessGateway.WebPubSubEmulator.Filters;

/// <summary>
/// The names and functions of filters. A connection without user has a null <c>userId</c>; functions of null are null or
/// false, never an error.
/// </summary>
internal static class FilterFunctions
{
    public static FilterExpression Identifier(string name) => name.ToLowerInvariant() switch
    {
        "userid" => FilterExpression.Text(subject => subject.UserId),
        "connectionid" => FilterExpression.Text(subject => subject.ConnectionId),
        "protocol" => FilterExpression.Text(subject => subject.Subprotocol),
        "groups" => new FilterExpression(FilterType.Groups, subject => subject),
        "true" => FilterExpression.Boolean(_ => true),
        "false" => FilterExpression.Boolean(_ => false),
        "null" => FilterExpression.Null,
        _ => throw new FormatException(
            $"'{name}' is not known; names are userId, connectionId, groups and protocol."),
    };

    public static FilterExpression Call(string name, FilterExpression[] arguments)
    {
        switch (name.ToLowerInvariant())
        {
            case "startswith":
                return Test(name, arguments, (text, part) => text.StartsWith(part, StringComparison.Ordinal));
            case "endswith":
                return Test(name, arguments, (text, part) => text.EndsWith(part, StringComparison.Ordinal));
            case "contains":
                return Test(name, arguments, (text, part) => text.Contains(part, StringComparison.Ordinal));
            case "length":
                return Length(name, arguments);
            case "indexof":
                Check(name, arguments, FilterType.Text, FilterType.Text);
                return FilterExpression.Number(subject => (arguments[0].TextOf(subject) ?? "").IndexOf(
                    arguments[1].TextOf(subject) ?? "", StringComparison.Ordinal));
            case "tolower":
                return Map(name, arguments, text => text.ToLowerInvariant());
            case "toupper":
                return Map(name, arguments, text => text.ToUpperInvariant());
            case "trim":
                return Map(name, arguments, text => text.Trim());
            case "concat":
                Check(name, arguments, FilterType.Text, FilterType.Text);
                return FilterExpression.Text(
                    subject => arguments[0].TextOf(subject) + arguments[1].TextOf(subject));
            case "substring":
                return Substring(name, arguments);
            default:
                throw new FormatException($"'{name}' is not a known function.");
        }
    }

    private static FilterExpression Length(string name, FilterExpression[] arguments)
    {
        if (arguments is [{ Type: FilterType.Groups }]) return FilterExpression.Number(subject => subject.GroupCount);
        Check(name, arguments, FilterType.Text);
        return FilterExpression.Number(subject => arguments[0].TextOf(subject)?.Length ?? 0);
    }

    private static FilterExpression Substring(string name, FilterExpression[] arguments)
    {
        if (arguments.Length == 2) Check(name, arguments, FilterType.Text, FilterType.Number);
        else Check(name, arguments, FilterType.Text, FilterType.Number, FilterType.Number);
        return FilterExpression.Text(subject =>
        {
            var text = arguments[0].TextOf(subject);
            if (text is null) return null;
            var start = Math.Clamp(arguments[1].NumberOf(subject), 0, text.Length);
            var length = arguments.Length == 3 ? arguments[2].NumberOf(subject) : text.Length;
            return text.Substring(start, Math.Clamp(length, 0, text.Length - start));
        });
    }

    private static FilterExpression Test(string name, FilterExpression[] arguments, Func<string, string, bool> test)
    {
        Check(name, arguments, FilterType.Text, FilterType.Text);
        return FilterExpression.Boolean(subject =>
            arguments[0].TextOf(subject) is { } text && arguments[1].TextOf(subject) is { } part && test(text, part));
    }

    private static FilterExpression Map(string name, FilterExpression[] arguments, Func<string, string> map)
    {
        Check(name, arguments, FilterType.Text);
        return FilterExpression.Text(subject => arguments[0].TextOf(subject) is { } text ? map(text) : null);
    }

    private static void Check(string name, FilterExpression[] arguments, params FilterType[] types)
    {
        if (arguments.Length != types.Length)
        {
            throw new FormatException($"{name} takes {types.Length} arguments, not {arguments.Length}.");
        }

        for (var i = 0; i < types.Length; i++) arguments[i].Expect(types[i], $"Argument {i + 1} of {name}");
    }
}
