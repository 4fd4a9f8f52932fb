namespace ServerlessGateway.WebPubSubEmulator.Filters;

/// <summary>
/// The names and functions of filters: names in any case, functions and literals in lower case, as OData has them. A
/// connection without user has a null <c>userId</c>; functions of null are null, false or -1, never an error.
/// </summary>
internal static class FilterFunctions
{
    public static FilterExpression Identifier(string name) => name switch
    {
        "true" => FilterExpression.Boolean(_ => true),
        "false" => FilterExpression.Boolean(_ => false),
        "null" => FilterExpression.Null,
        _ => name.ToLowerInvariant() switch
        {
            "userid" => FilterExpression.Text(subject => subject.UserId),
            "connectionid" => FilterExpression.Text(subject => subject.ConnectionId),
            "protocol" => FilterExpression.Text(subject => subject.Subprotocol),
            "groups" => new FilterExpression(FilterType.Groups, subject => subject),
            _ => throw new FormatException(
                $"'{name}' is not known; names are userId, connectionId, groups and protocol."),
        },
    };

    public static FilterExpression Call(string name, FilterExpression[] arguments)
    {
        switch (name)
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
                return IndexOf(name, arguments);
            case "tolower":
                return Map(name, arguments, text => text.ToLowerInvariant());
            case "toupper":
                return Map(name, arguments, text => text.ToUpperInvariant());
            case "trim":
                return Map(name, arguments, text => text.Trim());
            case "concat":
                return Concat(name, arguments);
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
        return FilterExpression.Number(subject => arguments[0].TextOf(subject)?.Length);
    }

    private static FilterExpression IndexOf(string name, FilterExpression[] arguments)
    {
        Check(name, arguments, FilterType.Text, FilterType.Text);
        return FilterExpression.Number(subject =>
            arguments[0].TextOf(subject) is { } text && arguments[1].TextOf(subject) is { } part
                ? text.IndexOf(part, StringComparison.Ordinal)
                : -1);
    }

    private static FilterExpression Concat(string name, FilterExpression[] arguments)
    {
        Check(name, arguments, FilterType.Text, FilterType.Text);
        return FilterExpression.Text(subject =>
        {
            var (first, second) = (arguments[0].TextOf(subject), arguments[1].TextOf(subject));
            return first is null && second is null ? null : first + second;
        });
    }

    /// <summary>A part of a text; null where the text has no such part.</summary>
    private static FilterExpression Substring(string name, FilterExpression[] arguments)
    {
        if (arguments.Length == 2) Check(name, arguments, FilterType.Text, FilterType.Number);
        else Check(name, arguments, FilterType.Text, FilterType.Number, FilterType.Number);
        return FilterExpression.Text(subject =>
        {
            if (arguments[0].TextOf(subject) is not { } text || arguments[1].NumberOf(subject) is not { } start) return null;
            if (start < 0 || start > text.Length) return null;
            var length = arguments.Length == 3 ? arguments[2].NumberOf(subject) : text.Length - start;
            return length >= 0 && length <= text.Length - start ? text.Substring(start, length.Value) : null;
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

        for (var i = 0; i < types.Length; i++)
        {
            if (arguments[i].Type != FilterType.Null) arguments[i].Expect(types[i], $"Argument {i + 1} of {name}");
        }
    }
}
