using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Filters;

/// <summary>What kind of value an expression has.</summary>
internal enum FilterType
{
    Text,
    Number,
    Boolean,
    Null,
    Groups,
}

/// <summary>
/// A part of a filter with its type, so that a comparison that makes no sense is refused when the filter is read and
/// never when it is applied. A value is a string, an int, a bool or null, as the type says; text and numbers may be null,
/// since a connection may have no user.
/// </summary>
internal sealed record FilterExpression(FilterType Type, Func<IFilterSubject, object?> Value)
{
    public static FilterExpression Null { get; } = new(FilterType.Null, _ => null);

    public static FilterExpression Text(Func<IFilterSubject, string?> value) => new(FilterType.Text, value);

    public static FilterExpression Number(Func<IFilterSubject, int?> value) =>
        new(FilterType.Number, subject => value(subject));

    public static FilterExpression Boolean(Func<IFilterSubject, bool> value) =>
        new(FilterType.Boolean, subject => value(subject) ? True : False);

    private static readonly object True = true;

    private static readonly object False = false;

    public string? TextOf(IFilterSubject subject) => (string?)Value(subject);

    public int? NumberOf(IFilterSubject subject) => (int?)Value(subject);

    public bool IsTrue(IFilterSubject subject) => ReferenceEquals(Value(subject), True);

    public FilterExpression Expect(FilterType type, string where) => Type == type
        ? this
        : throw new FormatException($"{where} needs a {Describe(type)}, not a {Describe(Type)}.");

    public static string Describe(FilterType type) => type switch
    {
        FilterType.Text => "string",
        FilterType.Groups => "collection of groups",
        _ => type.ToString().ToLowerInvariant(),
    };
}
