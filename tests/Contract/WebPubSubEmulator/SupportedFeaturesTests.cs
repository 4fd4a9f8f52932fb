using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

public sealed class SupportedFeaturesTests
{
    [Fact]
    public void The_table_of_features_says_what_the_tests_prove()
    {
        var expected = FeatureTable.Render(
            "Features of the Web PubSub emulator", typeof(SupportedFeaturesTests).Assembly, typeof(SupportedFeaturesTests).Namespace!);

        var problem = FeatureTable.CheckOrUpdate(
            RepositoryRoot.Combine("tools", "webpubsub-emulator", "SUPPORTED_FEATURES.md"), expected);

        Assert.True(problem is null, problem);
        Assert.Contains("| MQTT | missing |", expected, StringComparison.Ordinal);
    }
}
