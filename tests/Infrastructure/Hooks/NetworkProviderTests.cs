using ServerlessGateway.Deployment;
using ServerlessGateway.Infrastructure.Tests.Bicep;

namespace ServerlessGateway.Infrastructure.Tests.Hooks;

public sealed class NetworkProviderTests
{
    private const string Show = "az provider show --namespace Microsoft.App --query registrationState --output tsv --subscription s-1";

    private readonly FakeTools _tools = new();

    [Theory]
    [InlineData("NotRegistered")]
    [InlineData("Unregistered")]
    [InlineData("Registering")]
    public async Task What_the_subnet_is_delegated_to_is_registered_and_waited_for(string state)
    {
        _tools.On(Show, state + "\n");

        await CreateSut("private").RegisterAsync(default);

        Assert.Equal([Show, "az provider register --namespace Microsoft.App --wait --subscription s-1"], _tools.Commands);
    }

    [Fact]
    public async Task What_is_registered_stays_as_it_is()
    {
        _tools.On(Show, "Registered\n");

        await CreateSut("private").RegisterAsync(default);

        Assert.Equal([Show], _tools.Commands);
    }

    [Theory]
    [InlineData("small")]
    [InlineData("production")]
    [InlineData("")]
    public async Task Without_a_network_nothing_is_asked(string profile)
    {
        await CreateSut(profile).RegisterAsync(default);

        Assert.Empty(_tools.Commands);
    }

    /// <summary>The subscription that <c>az</c> is set to may be another one.</summary>
    [Fact]
    public async Task Nothing_is_registered_where_it_is_not_known_in_which_subscription()
    {
        var environment = new DeploymentEnvironment(name => name == "GATEWAY_PROFILE" ? "private" : null);

        var failure = await Assert.ThrowsAsync<DeploymentException>(
            () => new NetworkProvider(environment, _tools, TextWriter.Null).RegisterAsync(default));

        Assert.Contains("azd env set AZURE_SUBSCRIPTION_ID", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_tools.Commands);
    }

    /// <summary>The one profile with a subnet is the one that the hook knows by name.</summary>
    [Fact]
    public async Task The_profiles_with_a_delegated_subnet_are_those_that_are_prepared()
    {
        foreach (var profile in Snapshot.Profiles)
        {
            var isDelegated = (await Snapshot.OfAsync(profile)).Document.ToJsonString().Contains("Microsoft.App/environments", StringComparison.Ordinal);
            var tools = new FakeTools();

            await CreateSut(profile, tools).RegisterAsync(default);

            Assert.Equal(isDelegated, tools.Commands.Count > 0);
        }
    }

    private NetworkProvider CreateSut(string profile, FakeTools? tools = null) => new(
        new DeploymentEnvironment(new Dictionary<string, string>
        {
            ["GATEWAY_PROFILE"] = profile,
            ["AZURE_SUBSCRIPTION_ID"] = "s-1",
        }.GetValueOrDefault),
        tools ?? _tools,
        TextWriter.Null);
}
