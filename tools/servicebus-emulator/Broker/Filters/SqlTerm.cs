using System.Globalization;
using Superpower;
using Superpower.Model;

namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>
/// A part of a filter and where it begins. Predicates and expressions are parsed alike, since both may stand in
/// parentheses; what a part has to be is asked where it is used, and refused with its place.
/// </summary>
internal readonly record struct SqlTerm(SqlNode Node, Position At)
{
    internal SqlPredicate AsPredicate() => Node as SqlPredicate
        ?? throw Fail(At, "a predicate is expected here, such as a comparison, not a value");

    internal SqlExpression AsExpression() => Node as SqlExpression
        ?? throw Fail(At, "a value is expected here, not a predicate");

    internal SqlProperty AsProperty() => Node as SqlProperty
        ?? throw Fail(At, "a property is expected here");

    /// <summary>An error at a place, worded as the parser words its own.</summary>
    internal static ParseException Fail(Position at, string what) => new(
        string.Create(CultureInfo.InvariantCulture, $"Syntax error (line {at.Line}, column {at.Column}): {what}."), at);
}
