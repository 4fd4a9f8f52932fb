namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>A part of a SQL filter. A filter as a whole is a predicate.</summary>
internal abstract record SqlNode;

/// <summary>A part that has a value, or null where the value is not known.</summary>
internal abstract record SqlExpression : SqlNode
{
    internal abstract object? Evaluate(FilterSubject subject);
}

/// <summary>A text, a 64-bit whole number, a double, a truth value, or NULL.</summary>
internal sealed record SqlConstant(object? Value) : SqlExpression
{
    internal override object? Evaluate(FilterSubject subject) => Value;
}

/// <summary>A property by its name.</summary>
internal abstract record SqlProperty(string Name) : SqlExpression
{
    internal abstract bool Exists(FilterSubject subject);
}

/// <summary>A property of the message itself: <c>sys.Name</c>.</summary>
internal sealed record SqlSystemProperty(string Name, Func<FilterSubject, object?> Read) : SqlProperty(Name)
{
    internal override object? Evaluate(FilterSubject subject) => Read(subject);

    internal override bool Exists(FilterSubject subject) => Read(subject) is not null;
}

/// <summary>An application property: <c>Name</c> or <c>user.Name</c>.</summary>
internal sealed record SqlUserProperty(string Name) : SqlProperty(Name)
{
    internal override object? Evaluate(FilterSubject subject) =>
        subject.TryFindProperty(Name, out var value) ? value : null;

    internal override bool Exists(FilterSubject subject) => subject.TryFindProperty(Name, out _);
}

/// <summary>An application property whose name is worked out: <c>property(name)</c> or <c>p(name)</c>.</summary>
internal sealed record SqlPropertyCall(SqlExpression Name) : SqlExpression
{
    internal override object? Evaluate(FilterSubject subject) =>
        Name.Evaluate(subject) is string name && subject.TryFindProperty(name, out var value) ? value : null;
}

/// <summary>A new id each time it is asked: <c>newid()</c>.</summary>
internal sealed record SqlNewId : SqlExpression
{
    internal override object? Evaluate(FilterSubject subject) => subject.NewId();
}

/// <summary><c>+x</c> or <c>-x</c>.</summary>
internal sealed record SqlSign(bool IsMinus, SqlExpression Operand) : SqlExpression
{
    internal override object? Evaluate(FilterSubject subject) =>
        SqlArithmetic.Sign(IsMinus, Operand.Evaluate(subject));
}

/// <summary>Two values put together by <c>+ - * / %</c>.</summary>
internal sealed record SqlCalculation(SqlToken Operator, SqlExpression Left, SqlExpression Right) : SqlExpression
{
    internal override object? Evaluate(FilterSubject subject) =>
        SqlArithmetic.Calculate(Operator, Left.Evaluate(subject), Right.Evaluate(subject));
}
