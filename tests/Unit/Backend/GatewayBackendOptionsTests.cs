using ServerlessGateway.Backend;

namespace ServerlessGateway.Unit.Tests.Backend;

public sealed class GatewayBackendOptionsTests
{
    [Fact]
    public void Settings_name_the_backend_and_keep_the_key_to_themselves()
    {
        var options = new GatewayBackendOptions { Name = "orders", ConnectionString = "Endpoint=sb://x;SharedAccessKey=hush" };

        Assert.Contains("orders", $"{options}", StringComparison.Ordinal);
        Assert.DoesNotContain("hush", $"{options}", StringComparison.Ordinal);
    }
}
