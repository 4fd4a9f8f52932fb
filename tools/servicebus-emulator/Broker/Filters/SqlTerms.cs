using System.Globalization;
using Superpower.Model;

namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>Makes the parts of a filter out of what the parser recognised, and refuses what has no meaning.</summary>
internal static class SqlTerms
{
    internal static SqlTerm Constant(Token<SqlToken> token, object? value) => new(new SqlConstant(value), token.Position);

    internal static SqlTerm Text(Token<SqlToken> token) =>
        Constant(token, token.ToStringValue()[1..^1].Replace("''", "'", StringComparison.Ordinal));

    /// <summary>With a point or an exponent it is a double, else a 64-bit whole number.</summary>
    internal static SqlTerm Number(Token<SqlToken> token)
    {
        var text = token.ToStringValue();
        if (text.AsSpan().ContainsAny(".eE"))
        {
            return Constant(token, double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Constant(token, number)
            : throw SqlTerm.Fail(token.Position, $"the whole number {text} does not fit into 64 bits");
    }

    internal static SqlTerm Parameter(Token<SqlToken> token) => throw SqlTerm.Fail(
        token.Position, $"the parameter {token.ToStringValue()} has no value here: parameters are not supported");

    internal static SqlTerm UserProperty(Token<SqlToken> name) => new(new SqlUserProperty(NameOf(name)), name.Position);

    internal static SqlTerm Property(Token<SqlToken> scope, Token<SqlToken> name)
    {
        var isPlain = scope.Kind == SqlToken.Name;
        if (isPlain && scope.Span.EqualsValueIgnoreCase("user"))
        {
            return new SqlTerm(new SqlUserProperty(NameOf(name)), scope.Position);
        }

        if (!isPlain || !scope.Span.EqualsValueIgnoreCase("sys"))
        {
            throw SqlTerm.Fail(
                scope.Position,
                $"{scope.ToStringValue()} is no scope: a property is sys.Name or user.Name, a name with a point [like.this]");
        }

        return SystemProperties.TryFind(NameOf(name), out var read)
            ? new SqlTerm(new SqlSystemProperty(NameOf(name), read), scope.Position)
            : throw SqlTerm.Fail(
                name.Position, $"there is no system property {NameOf(name)}; there are {SystemProperties.Names}");
    }

    internal static SqlTerm Call(Token<SqlToken> name, SqlTerm? argument)
    {
        SqlExpression call = (name.ToStringValue().ToUpperInvariant(), argument) switch
        {
            ("NEWID", null) => new SqlNewId(),
            ("PROPERTY" or "P", { } given) => new SqlPropertyCall(given.AsExpression()),
            _ => throw SqlTerm.Fail(
                name.Position, $"{name.ToStringValue()} is no function; there are newid(), property(name) and p(name)"),
        };
        return new SqlTerm(call, name.Position);
    }

    internal static SqlTerm Sign(SqlTerm operand, Token<SqlToken> sign) =>
        new(new SqlSign(sign.Kind == SqlToken.Minus, operand.AsExpression()), sign.Position);

    internal static SqlTerm Calculation(Token<SqlToken> sign, SqlTerm left, SqlTerm right) =>
        new(new SqlCalculation(sign.Kind, left.AsExpression(), right.AsExpression()), left.At);

    internal static SqlTerm Comparison(SqlToken sign, SqlTerm left, SqlTerm right) =>
        new(new SqlComparison(sign, left.AsExpression(), right.AsExpression()), left.At);

    internal static SqlTerm IsNull(SqlTerm property) => new(new SqlIsNull(property.AsProperty()), property.At);

    internal static SqlTerm In(SqlTerm left, SqlTerm[] items) =>
        new(new SqlIn(left.AsExpression(), [.. items.Select(item => item.AsExpression())]), left.At);

    /// <summary>A pattern that can be judged now is: one that is wrong would never match, and nobody would know.</summary>
    internal static SqlTerm Like(SqlTerm left, SqlTerm pattern, SqlTerm? escape)
    {
        if (escape is { Node: SqlConstant { Value: not string { Length: 1 } }, At: var at })
        {
            throw SqlTerm.Fail(at, "the escape character is a text of one character");
        }

        var mark = escape?.Node is SqlConstant { Value: string text } ? text[0] : (char?)null;
        if (pattern.Node is SqlConstant { Value: string fixedPattern } && !SqlPattern.TryParse(fixedPattern, mark, out _))
        {
            throw SqlTerm.Fail(pattern.At, "the pattern ends with its escape character, which then escapes nothing");
        }

        var like = new SqlLike(left.AsExpression(), pattern.AsExpression(), escape?.AsExpression());
        return new SqlTerm(like, left.At);
    }

    internal static SqlTerm Not(SqlTerm operand, Token<SqlToken> keyword) =>
        new(new SqlNot(operand.AsPredicate()), keyword.Position);

    internal static SqlTerm Negated(this SqlTerm operand, bool isNegated) =>
        isNegated ? operand with { Node = new SqlNot(operand.AsPredicate()) } : operand;

    private static string NameOf(Token<SqlToken> token)
    {
        var text = token.ToStringValue();
        if (token.Kind == SqlToken.Name)
        {
            return text;
        }

        var close = text[^1];
        var name = text[1..^1].Replace(new string(close, 2), close.ToString(), StringComparison.Ordinal);
        return name.Length > 0 ? name : throw SqlTerm.Fail(token.Position, "a name is empty");
    }
}
