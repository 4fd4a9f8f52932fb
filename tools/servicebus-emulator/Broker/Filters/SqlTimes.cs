namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>Points in time, whichever of the two types has them, and what C# lets them do with spans of time.</summary>
internal static class SqlTimes
{
    internal static DateTimeOffset? Find(object value) => value switch
    {
        DateTimeOffset time => time,
        DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        _ => null,
    };

    /// <summary>The difference of two times, a time moved by a span, spans put together; null for anything else.</summary>
    internal static object? Calculate(SqlToken operation, object left, object right)
    {
        try
        {
            return (operation, Find(left) ?? left, Find(right) ?? right) switch
            {
                (SqlToken.Minus, DateTimeOffset first, DateTimeOffset second) => first - second,
                (SqlToken.Minus, DateTimeOffset time, TimeSpan span) => time - span,
                (SqlToken.Plus, DateTimeOffset time, TimeSpan span) => time + span,
                (SqlToken.Minus, TimeSpan first, TimeSpan second) => first - second,
                (SqlToken.Plus, TimeSpan first, TimeSpan second) => first + second,
                _ => null,
            };
        }
        catch (Exception failure) when (failure is ArgumentOutOfRangeException or OverflowException)
        {
            // Before the first year or after the last: there is no such time.
            return null;
        }
    }
}
