using ServerlessGateway.Deployment;
using ServerlessGateway.Infrastructure.Tests.Bicep;

namespace ServerlessGateway.Infrastructure.Tests.Hooks;

public sealed class PrivateLinksTests
{
    private const string Connections = """
        [
          { "id": "/c/pending", "properties": { "privateLinkServiceConnectionState": { "status": "Pending", "description": "Callbacks of the gateway's instance alpha" } } },
          { "id": "/c/done", "properties": { "privateLinkServiceConnectionState": { "status": "Approved", "description": "Callbacks of the gateway's instance beta" } } },
          { "id": "/c/stranger", "properties": { "privateLinkServiceConnectionState": { "status": "Pending", "description": "Let me in" } } },
          { "id": "/c/silent", "properties": { "privateLinkServiceConnectionState": { "status": "Pending", "description": null } } }
        ]
        """;

    private readonly FakeTools _tools = new FakeTools().On("az network private-endpoint-connection list", Connections);

    [Fact]
    public async Task Only_requests_of_ours_that_wait_are_approved()
    {
        await CreateSut("true").ApproveAsync(default);

        Assert.Equal(
            [
                "az network private-endpoint-connection list --id /app --output json --subscription s-1",
                "az network private-endpoint-connection approve --id /c/pending --description Callbacks of the gateway --subscription s-1",
            ],
            _tools.Commands);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("")]
    public async Task Without_a_private_network_there_is_nothing_to_do(string isPrivate)
    {
        await CreateSut(isPrivate).ApproveAsync(default);

        Assert.Empty(_tools.Commands);
    }

    [Fact]
    public async Task Ours_are_those_that_the_template_asks_for()
    {
        var links = (await Snapshot.OfAsync("private")).Of("Microsoft.SignalRService/webPubSub/sharedPrivateLinkResources");

        Assert.Equal(2, links.Count);
        Assert.All(links, link => Assert.StartsWith(
            PrivateLinks.Request, (string)link["properties"]!["requestMessage"]!, StringComparison.Ordinal));
    }

    private PrivateLinks CreateSut(string isPrivate) => new(
        new DeploymentEnvironment(new Dictionary<string, string>
        {
            ["GATEWAY_PRIVATE_NETWORK"] = isPrivate,
            ["AZURE_FUNCTION_ID"] = "/app",
            ["AZURE_SUBSCRIPTION_ID"] = "s-1",
        }.GetValueOrDefault),
        _tools,
        TextWriter.Null);
}
