namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>How many filters the subscriptions of a topic have together, and how many they may have.</summary>
internal sealed class RuleQuota(BrokerOptions options)
{
    private int _sql;
    private int _correlation;

    internal BrokerError? FindError(MessageFilter filter) => filter switch
    {
        MessageFilter.Sql when _sql >= options.MaxSqlFiltersPerTopic => Full("SQL", options.MaxSqlFiltersPerTopic),
        MessageFilter.Correlation when _correlation >= options.MaxCorrelationFiltersPerTopic =>
            Full("correlation", options.MaxCorrelationFiltersPerTopic),
        _ => null,
    };

    internal void Change(MessageFilter filter, int by)
    {
        _sql += filter is MessageFilter.Sql ? by : 0;
        _correlation += filter is MessageFilter.Correlation ? by : 0;
    }

    private static BrokerError Full(string kind, int limit) => new(
        BrokerErrorCode.QuotaExceeded, $"The topic has {limit} {kind} filters, which is the limit.");
}
