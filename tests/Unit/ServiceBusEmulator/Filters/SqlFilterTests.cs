using ServerlessGateway.ServiceBusEmulator.Broker.Filters;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Filters;

public sealed class SqlFilterTests
{
    [Theory]
    [InlineData("color = 'red'", true)]
    [InlineData("COLOR = 'red'", true)]
    [InlineData("color = 'Red'", false)]
    [InlineData("color <> 'blue' AND quantity = 10", true)]
    [InlineData("quantity = 10.0 AND quantity < 10.5", true)]
    [InlineData("quantity / 4 = 2 AND quantity % 4 = 2 AND quantity / 4.0 = 2.5", true)]
    [InlineData("quantity + 1 > -quantity", true)]
    [InlineData("color + '-' + quantity = 'red-10'", true)]
    [InlineData("color IN ('blue', 'red')", true)]
    [InlineData("color NOT IN ('blue', 'green')", true)]
    [InlineData("color LIKE 'r_d' AND color LIKE '%e%' AND color NOT LIKE 'e%'", true)]
    [InlineData("rate LIKE '100!%' ESCAPE '!'", true)]
    [InlineData("urgent = TRUE AND urgent <> false", true)]
    [InlineData("EXISTS(color) AND EXISTS(empty) AND NOT EXISTS(missing)", true)]
    [InlineData("missing IS NULL AND empty IS NULL AND color IS NOT NULL", true)]
    [InlineData("sys.Label = 'subject' AND sys.Subject = 'subject'", true)]
    [InlineData("sys.MessageId = 'id' AND sys.CorrelationId = 'c' AND sys.To = 'to' AND sys.ReplyTo = 'r'", true)]
    [InlineData("sys.SessionId = 's' AND sys.ReplyToSessionId = 'rs' AND sys.ContentType = 'ct' AND sys.PartitionKey = 's'", true)]
    [InlineData("sys.SequenceNumber = 7 AND sys.EnqueuedSequenceNumber = 7 AND sys.Size = 3 AND sys.DeliveryCount = 0", true)]
    [InlineData("sys.EnqueuedTimeUtc = due AND EXISTS(sys.TimeToLive) AND sys.LockToken IS NULL", true)]
    [InlineData("sys.EnqueuedTimeUtc < sys.ExpiresAtUtc", true)]
    [InlineData("sys.ExpiresAtUtc - sys.EnqueuedTimeUtc = sys.TimeToLive", true)]
    [InlineData("due + sys.TimeToLive - sys.TimeToLive = due AND sys.TimeToLive + sys.TimeToLive > sys.TimeToLive", true)]
    [InlineData("property('Color') = 'red' AND p('col' + 'or') = 'red'", true)]
    [InlineData("newid() <> newid()", true)]
    [InlineData("[two words] = 'yes' AND user.\"two words\" = 'yes'", true)]
    [InlineData("user.label = 'user' AND label = 'user'", true)]
    public void Properties_are_compared_by_name_scope_and_type(string text, bool isMatch) =>
        Assert.Equal(isMatch, IsMatch(text));

    [Theory]
    [InlineData("missing = 1")]
    [InlineData("missing <> 1")]
    [InlineData("NOT missing = 1")]
    [InlineData("missing + 1 > 0 OR -missing < 0")]
    [InlineData("missing LIKE '%' OR missing NOT LIKE '%'")]
    [InlineData("missing IN (1) OR missing NOT IN (1)")]
    [InlineData("color NOT IN ('blue', NULL)")]
    [InlineData("missing = 1 AND color = 'red'")]
    [InlineData("color = NULL OR color <> NULL")]
    [InlineData("color = 10 OR color <> 10 OR quantity LIKE '1%'")]
    [InlineData("color - 1 = 0 OR quantity / 0 > 0 OR quantity % 0 > 0")]
    [InlineData("due + due = due OR due * 2 > due OR due = 'today'")]
    [InlineData("urgent < TRUE OR urgent > 0")]
    [InlineData("color LIKE rate ESCAPE missing")]
    public void What_is_unknown_does_not_match_and_neither_does_its_opposite(string text)
    {
        Assert.Null(Parse(text).Evaluate(Subject()));
        Assert.False(IsMatch(text));
        Assert.False(IsMatch($"NOT ({text})"));
    }

    [Theory]
    [InlineData("missing = 1 OR color = 'red'", true)]
    [InlineData("missing = 1 AND color = 'blue'", false)]
    public void A_side_that_settles_it_is_enough(string text, bool expected) =>
        Assert.Equal(expected, Parse(text).Evaluate(Subject()));

    [Fact]
    public void A_text_that_would_grow_without_bound_is_unknown()
    {
        var text = string.Join(" + ", Enumerable.Repeat("big", 150)) + " <> ''";

        Assert.Null(Parse(text).Evaluate(Subject(("big", new string('x', 1_000)))));
    }

    internal static FilterSubject Subject(params (string Name, object? Value)[] more)
    {
        var properties = new Dictionary<string, object?>
        {
            ["Color"] = "red",
            ["quantity"] = 10,
            ["rate"] = "100%",
            ["urgent"] = true,
            ["empty"] = null,
            ["two words"] = "yes",
            ["label"] = "user",
            ["due"] = DateTimeOffset.UnixEpoch,
        };
        foreach (var (name, value) in more)
        {
            properties[name] = value;
        }

        var message = BrokerFixture.Message("abc", "s") with
        {
            MessageId = "id",
            CorrelationId = "c",
            Subject = "subject",
            To = "to",
            ReplyTo = "r",
            ReplyToSessionId = "rs",
            ContentType = "ct",
            PartitionKey = "s",
            TimeToLive = TimeSpan.FromMinutes(1),
            ApplicationProperties = properties,
        };
        var ids = 0;
        return new FilterSubject(message, DateTimeOffset.UnixEpoch, 7, () => new Guid(++ids, 0, 0, new byte[8]));
    }

    private static bool IsMatch(string text) => Parse(text).Evaluate(Subject()) == true;

    private static SqlPredicate Parse(string text) =>
        SqlParser.TryParse(text, out var predicate, out var error) ? predicate : throw new ArgumentException(error);
}
