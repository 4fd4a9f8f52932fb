using ServerlessGateway.WebPubSubEmulator.Quotas;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Quotas;

public sealed class PriceTierTests
{
    [Theory]
    [InlineData("Free_F1", null, 20, 20_000)]
    [InlineData("standard_s1", null, 1000, null)]
    [InlineData("Standard_S1", 20, 20_000, null)]
    [InlineData("Premium_P1", 100, 100_000, null)]
    [InlineData("Premium_P2", null, 100_000, null)]
    [InlineData("Premium_P2", 1000, 1_000_000, null)]
    public void A_tier_holds_what_its_units_hold(string name, int? units, int connections, int? messagesPerDay) =>
        Assert.Equal(
            new QuotaOptions { Connections = connections, MessagesPerDay = messagesPerDay },
            PriceTier.QuotasOf(name, units));

    [Theory]
    [InlineData("Basic", null, "--sku is 'Basic'; it must be Free_F1, Standard_S1, Premium_P1, Premium_P2.")]
    [InlineData("Free_F1", 2, "--units is 2; Free_F1 comes in 1.")]
    [InlineData("Standard_S1", 11, "--units is 11; Standard_S1 comes in 1, 2, 3,")]
    [InlineData("Premium_P2", 10, "--units is 10; Premium_P2 comes in 100, 200,")]
    public void What_cannot_be_bought_is_refused(string name, int? units, string problem)
    {
        var error = Assert.Throws<FormatException>(() => PriceTier.QuotasOf(name, units));

        Assert.StartsWith(problem, error.Message, StringComparison.Ordinal);
    }
}
