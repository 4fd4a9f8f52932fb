using Azure.Core;
using ServerlessGateway.AzureSdk.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk.Local;

/// <summary>
/// What the broker is shown. The official package asks for a token only once its connection by TLS is open, so this is asked of the
/// stand-in alone.
/// Source: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/src/Constants.cs
/// </summary>
public sealed class BrokerCredentialTests
{
    [Fact]
    public async Task A_token_of_Entra_is_asked_for_Service_Bus_and_passed_on_as_it_is()
    {
        List<string> scopes = [];
        var expires = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        var credential = new BrokerCredential.Entra(DelegatedTokenCredential.Create((context, _) =>
        {
            scopes.AddRange(context.Scopes);
            return new AccessToken("entra", expires);
        }));

        var token = await credential.TokenAsync("amqps://name.servicebus.windows.net/ingress", DateTimeOffset.UnixEpoch, default);

        Assert.Equal(["https://servicebus.azure.net/.default"], scopes);
        Assert.Equal(new BrokerToken("entra", "jwt", expires), token);
    }

    [Fact]
    public async Task A_shared_key_signs_the_entity_for_half_an_hour()
    {
        var now = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

        var token = await new BrokerCredential.SharedKey("name", "key").TokenAsync("amqps://name.servicebus.windows.net/ingress", now, default);

        Assert.Equal(("servicebus.windows.net:sastoken", now.AddMinutes(30)), (token.Type, token.ExpiresAt));
        Assert.StartsWith(
            "SharedAccessSignature sr=amqps%3A%2F%2Fname.servicebus.windows.net%2Fingress&sig=", token.Value, StringComparison.Ordinal);
        Assert.EndsWith($"&se={now.AddMinutes(30).ToUnixTimeSeconds()}&skn=name", token.Value, StringComparison.Ordinal);
    }
}
