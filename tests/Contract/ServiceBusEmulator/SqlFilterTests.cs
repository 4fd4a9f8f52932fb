using ServerlessGateway.ServiceBusEmulator.Configuration;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

public sealed class SqlFilterTests
{
    [Fact]
    [Feature("Not supported", "SQL filters and actions",
        Support = FeatureSupport.Missing,
        Note = "The start stops with the filter's name; `1=1` and `1=0` are understood.")]
    public void A_SQL_filter_stops_the_start_and_is_named()
    {
        const string Config = """
            {"UserConfig":{"Namespaces":[{"Name":"n","Topics":[{"Name":"t","Subscriptions":[{"Name":"s","Rules":[
              {"Name":"r","Properties":{"FilterType":"Sql","SqlFilter":{"SqlExpression":"sys.Label = 'x'"}}}]}]}]}]}}
            """;

        Assert.False(EmulatorConfiguration.TryRead(Config, out _, out var error));

        Assert.Contains("sys.Label = 'x'", error, StringComparison.Ordinal);
        Assert.Contains("not supported", error, StringComparison.Ordinal);
    }
}
