using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amqp;
using Amqp.Framing;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

public sealed class CbsTests
{
    private const string SasType = "servicebus.windows.net:sastoken";

    [Fact]
    [Feature("Access", "Shared access signatures through $cbs")]
    public async Task A_token_opens_its_entity_and_what_lies_below_and_nothing_else()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var session = await AnonymousAsync(emulator);

        var answer = await PutAsync(session, SasType, Sas("sb://localhost/orders"));

        Assert.Equal(202, answer.ApplicationProperties["status-code"]);
        Assert.Equal(202, answer.ApplicationProperties["statusCode"]);
        await new SenderLink(session, "s", "orders").SendAsync(EmulatorFixture.Text("m"), EmulatorFixture.Patience);
        await new RequestClient(session, "orders/$management").ManageAsync("com.microsoft:peek-message", null);
        Assert.Equal(ErrorCode.UnauthorizedAccess, await RefusalAsync(session, "ingress"));
        Assert.Equal(ErrorCode.UnauthorizedAccess, await RefusalAsync(session, "events"));
    }

    [Fact]
    public async Task A_token_of_the_namespace_opens_everything()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var session = await AnonymousAsync(emulator);

        await PutAsync(session, SasType, Sas("amqp://localhost/"));

        await new SenderLink(session, "s", "events").SendAsync(EmulatorFixture.Text("m"), EmulatorFixture.Patience);
    }

    [Fact]
    public async Task Without_a_token_no_entity_can_be_attached()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var session = await AnonymousAsync(emulator);

        Assert.Equal(ErrorCode.UnauthorizedAccess, await RefusalAsync(session, "orders"));
        Assert.Equal(ErrorCode.UnauthorizedAccess, await RefusalAsync(session, "orders/$management"));
    }

    [Fact]
    [Feature("Access", "Links end with their token")]
    public async Task A_link_ends_with_its_token_unless_that_was_renewed()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        var session = await AnonymousAsync(emulator);
        await PutAsync(session, SasType, Sas("sb://localhost/orders", expires: time.GetUtcNow().AddMinutes(1)));
        await PutAsync(session, SasType, Sas("sb://localhost/events", expires: time.GetUtcNow().AddMinutes(1)));
        var ends = new SenderLink(session, "ends", "orders");
        var stays = new SenderLink(session, "stays", "events");
        var ended = new TaskCompletionSource<Error>();
        ends.Closed += (_, error) => ended.SetResult(error);
        await ends.SendAsync(EmulatorFixture.Text("m"), EmulatorFixture.Patience);
        await PutAsync(session, SasType, Sas("sb://localhost/events", expires: time.GetUtcNow().AddMinutes(10)));

        time.Advance(TimeSpan.FromSeconds(61));

        var reason = await ended.Task.WaitAsync(EmulatorFixture.Patience);
        Assert.Equal(ErrorCode.UnauthorizedAccess, (string)reason.Condition);
        await stays.SendAsync(EmulatorFixture.Text("m"), EmulatorFixture.Patience);
    }

    [Fact]
    public async Task A_wrong_signature_is_answered_401_and_opens_nothing()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var session = await AnonymousAsync(emulator);

        var answer = await PutAsync(session, SasType, Sas("sb://localhost/orders", key: "WRONG"));

        Assert.Equal(401, answer.ApplicationProperties["status-code"]);
        Assert.Equal(ErrorCode.UnauthorizedAccess, await RefusalAsync(session, "orders"));
    }

    [Fact]
    [Feature("Access", "Shared access signatures through $cbs")]
    public async Task Tokens_that_are_over_or_of_another_key_or_no_tokens_are_refused()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var session = await AnonymousAsync(emulator);
        var past = DateTimeOffset.UtcNow.AddMinutes(-1);

        Assert.Equal(401, await StatusAsync(session, SasType, Sas("sb://localhost/orders", expires: past)));
        Assert.Equal(401, await StatusAsync(session, SasType, Sas("sb://localhost/orders", keyName: "Other")));
        Assert.Equal(401, await StatusAsync(session, SasType, "SharedAccessSignature sr=only"));
        Assert.Equal(401, await StatusAsync(session, SasType, "no token"));
        Assert.Equal(401, await StatusAsync(session, "jwt", "no.token.either"));
        Assert.Equal(401, await StatusAsync(session, "jwt", Jwt(past)));
        Assert.Equal(400, await StatusAsync(session, "unknown", "x"));
        Assert.Equal(ErrorCode.UnauthorizedAccess, await RefusalAsync(session, "orders"));
    }

    [Fact]
    [Feature("Access", "Entra tokens",
        Support = FeatureSupport.Different,
        Note = "The token must be a JSON web token that has not expired; its signature and audience are not checked.")]
    public async Task An_Entra_token_is_taken_by_its_shape()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var session = await AnonymousAsync(emulator);

        Assert.Equal(202, await StatusAsync(session, "jwt", Jwt(DateTimeOffset.UtcNow.AddHours(1))));

        await new SenderLink(session, "s", "orders").SendAsync(EmulatorFixture.Text("m"), EmulatorFixture.Patience);
    }

    [Fact]
    [Feature("Access", "SASL PLAIN with name and key of the namespace")]
    public async Task A_wrong_password_ends_the_handshake()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        var refusal = await Assert.ThrowsAsync<AmqpException>(
            () => emulator.ConnectAsync("RootManageSharedAccessKey", "WRONG"));

        Assert.Contains("Auth", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<Session> AnonymousAsync(EmulatorFixture emulator) =>
        new(await emulator.ConnectAsync(null, null));

    private static Task<Message> PutAsync(Session session, string type, string token) =>
        new RequestClient(session, "$cbs").AskAsync(
            new ApplicationProperties { ["operation"] = "put-token", ["type"] = type, ["name"] = "audience" }, token);

    private static async Task<int> StatusAsync(Session session, string type, string token) =>
        (int)(await PutAsync(session, type, token)).ApplicationProperties["status-code"];

    private static async Task<string> RefusalAsync(Session session, string address)
    {
        var sender = new SenderLink(session, $"refused-{Guid.NewGuid():N}", address);
        var refusal = await Assert.ThrowsAsync<AmqpException>(
            () => sender.SendAsync(EmulatorFixture.Text("x"), EmulatorFixture.Patience));
        return refusal.Error.Condition;
    }

    private static string Sas(
        string resource, string key = "SAS_KEY_VALUE", string keyName = "RootManageSharedAccessKey",
        DateTimeOffset? expires = null)
    {
        var escaped = Uri.EscapeDataString(resource);
        var until = expires ?? DateTimeOffset.UtcNow.AddHours(1);
        var expiry = until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{escaped}\n{expiry}"));
        return $"SharedAccessSignature sr={escaped}&sig={Uri.EscapeDataString(Convert.ToBase64String(signature))}"
            + $"&se={expiry}&skn={keyName}";
    }

    private static string Jwt(DateTimeOffset expires)
    {
        static string Part(string json) =>
            Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var claims = $"{{\"exp\":{expires.ToUnixTimeSeconds()}}}";
        return $"{Part("""{"alg":"RS256","typ":"JWT"}""")}.{Part(claims)}.{Part("signature")}";
    }
}
