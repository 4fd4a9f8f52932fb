using System.Globalization;
using ServerlessGateway.ServiceBusEmulator.Broker.Filters;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Filters;

/// <summary>
/// Writes a filter as SQL with no parenthesis more than its meaning needs, so that reading it back tests what binds
/// how strongly; and as a tree in prefix form, which is the same only for filters that are.
/// </summary>
internal static class SqlPrinter
{
    private enum Strength
    {
        Or,
        And,
        Not,
        Test,
        Sum,
        Product,
        Sign,
        Primary,
    }

    public static string Print(SqlNode node) => node switch
    {
        SqlOr { Left: var left, Right: var right } => $"{Print(left, Strength.Or)} OR {Print(right, Strength.And)}",
        SqlAnd { Left: var left, Right: var right } => $"{Print(left, Strength.And)} and {Print(right, Strength.Not)}",
        SqlNot { Operand: var operand } => $"NOT {Print(operand, Strength.Not)}",
        SqlComparison test => $"{Sum(test.Left)}{Sign(test.Operator)}{Sum(test.Right)}",
        SqlIn test => $"{Sum(test.Operand)} In ({string.Join(", ", test.Items.Select(Sum))})",
        SqlLike { Escape: null } test => $"{Sum(test.Operand)} LIKE {Sum(test.Pattern)}",
        SqlLike test => $"{Sum(test.Operand)} like {Sum(test.Pattern)} Escape {Sum(test.Escape!)}",
        SqlIsNull test => $"{Print(test.Property)} IS null",
        SqlExists test => $"EXISTS({Print(test.Property)})",
        SqlCalculation { Operator: SqlToken.Plus or SqlToken.Minus } sum =>
            $"{Sum(sum.Left)} {Sign(sum.Operator)} {Print(sum.Right, Strength.Product)}",
        SqlCalculation product =>
            $"{Print(product.Left, Strength.Product)}{Sign(product.Operator)}{Print(product.Right, Strength.Sign)}",
        SqlSign sign => $"{(sign.IsMinus ? '-' : '+')} {Print(sign.Operand, Strength.Sign)}",
        SqlPropertyCall call => $"p({Sum(call.Name)})",
        SqlNewId => "newid()",
        SqlSystemProperty property => $"sys.{property.Name}",
        SqlUserProperty property => Name(property.Name),
        SqlConstant constant => Constant(constant.Value),
        _ => throw new InvalidOperationException($"{node.GetType().Name} cannot be printed."),
    };

    public static string Tree(SqlNode node) => node switch
    {
        SqlOr or => $"(or {Tree(or.Left)} {Tree(or.Right)})",
        SqlAnd and => $"(and {Tree(and.Left)} {Tree(and.Right)})",
        SqlNot not => $"(not {Tree(not.Operand)})",
        SqlComparison test => $"({test.Operator} {Tree(test.Left)} {Tree(test.Right)})",
        SqlIn test => $"(in {Tree(test.Operand)} {string.Join(' ', test.Items.Select(Tree))})",
        SqlLike test => $"(like {Tree(test.Operand)} {Tree(test.Pattern)} {(test.Escape is { } mark ? Tree(mark) : "-")})",
        SqlIsNull test => $"(null {Tree(test.Property)})",
        SqlExists test => $"(exists {Tree(test.Property)})",
        SqlCalculation sum => $"({sum.Operator} {Tree(sum.Left)} {Tree(sum.Right)})",
        SqlSign sign => $"(sign {sign.IsMinus} {Tree(sign.Operand)})",
        SqlPropertyCall call => $"(p {Tree(call.Name)})",
        SqlNewId => "(newid)",
        SqlSystemProperty property => $"(sys {property.Name})",
        SqlUserProperty property => $"(user {property.Name})",
        SqlConstant { Value: var value } => $"({value?.GetType().Name} {Constant(value)})",
        _ => throw new InvalidOperationException($"{node.GetType().Name} has no tree."),
    };

    private static string Sum(SqlExpression node) => Print(node, Strength.Sum);

    private static string Print(SqlNode node, Strength needed) =>
        StrengthOf(node) >= needed ? Print(node) : $"({Print(node)})";

    private static Strength StrengthOf(SqlNode node) => node switch
    {
        SqlOr => Strength.Or,
        SqlAnd => Strength.And,
        SqlNot => Strength.Not,
        SqlComparison or SqlIn or SqlLike or SqlIsNull => Strength.Test,
        SqlCalculation { Operator: SqlToken.Plus or SqlToken.Minus } => Strength.Sum,
        SqlCalculation => Strength.Product,
        SqlSign => Strength.Sign,
        _ => Strength.Primary,
    };

    private static string Sign(SqlToken token) => token switch
    {
        SqlToken.Equal => "=",
        SqlToken.NotEqual => "<>",
        SqlToken.Less => "<",
        SqlToken.LessOrEqual => "<=",
        SqlToken.Greater => ">",
        SqlToken.GreaterOrEqual => ">=",
        SqlToken.Plus => "+",
        SqlToken.Minus => "-",
        SqlToken.Star => "*",
        SqlToken.Slash => "/",
        SqlToken.Percent => "%",
        _ => throw new InvalidOperationException($"{token} is no sign."),
    };

    private static string Name(string name) => name.Length % 2 == 0
        ? $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]"
        : $"user.\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Constant(object? value) => value switch
    {
        null => "NULL",
        bool flag => flag ? "TRUE" : "false",
        string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("0.0###############E+0", CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"{value} is no constant."),
    };
}
