using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Amqp.Framing;
using Amqp.Types;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>Faults of connections, links and sends.</summary>
public sealed class FaultTests
{
    internal const string Rules = "Faults by count, rate, target and seed";

    private const string Connections = "Faults: dropConnection, stopAccepting, detachLink";
    private const string Throttling = "Faults: serverBusy, withholdCredit";

    [Theory]
    [InlineData("""{"kind":"dropConnection","target":{"entity":"ORDERS"}}""")]
    [InlineData("""{"kind":"dropConnection","target":{"connection":"first"}}""")]
    [Feature("Not in Azure", Connections, Support = FeatureSupport.Different, Note = FaultCommands.Note)]
    public async Task A_connection_is_cut_without_a_word_and_the_others_stay(string rule)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var first = await emulator.ConnectRawAsync();
        await first.OpenAsync(container: "first");
        await first.AttachReceiverAsync(EmulatorFixture.Queue, credit: 1);
        await using var second = await SessionReceiverTests.OpenAsync(emulator);
        await second.AttachReceiverAsync(EmulatorFixture.ShortLocks, credit: 1);

        Assert.Equal(1, await emulator.PutFaultAsync(rule));

        Assert.Null(await first.ReadAsync());
        await second.EchoAsync();
    }

    [Fact]
    [Feature("Not in Azure", Connections, Support = FeatureSupport.Different, Note = FaultCommands.Note)]
    public async Task An_emulator_that_stopped_accepting_cuts_new_connections_and_keeps_the_others()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var before = await SessionReceiverTests.OpenAsync(emulator);
        await emulator.PutFaultAsync("""{"kind":"stopAccepting"}""");

        await AssertCutAsync(emulator);
        await before.EchoAsync();
        await emulator.EndFaultsAsync();

        await using var after = await SessionReceiverTests.OpenAsync(emulator);
        await after.EchoAsync();
    }

    [Fact]
    [Feature("Not in Azure", Connections, Support = FeatureSupport.Different, Note = FaultCommands.Note)]
    public async Task A_link_is_detached_with_a_reason_and_its_connection_stays()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 1, handle: 0);
        await peer.AttachReceiverAsync(EmulatorFixture.ShortLocks, credit: 1, handle: 1);

        Assert.Equal(1, await emulator.PutFaultAsync("""{"kind":"detachLink","target":{"link":"receiver-1"}}"""));

        var detach = await peer.ExpectAsync<Detach>();
        Assert.Equal((1u, "amqp:link:detach-forced"), (detach.Handle, (string)detach.Error.Condition));
        await peer.EchoAsync();
        Assert.Equal(0, await emulator.PutFaultAsync("""{"kind":"detachLink","target":{"link":"receiver-1"}}"""));
    }

    [Fact]
    [Feature("Not in Azure", "Faults: loseSendAnswer", Support = FeatureSupport.Different, Note = FaultCommands.Note)]
    public async Task A_send_whose_answer_is_lost_is_stored_and_its_sender_never_knows()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await SenderAsync(emulator);
        await emulator.PutFaultAsync("""{"kind":"loseSendAnswer","target":{"entity":"orders"},"count":1}""");

        await SendAsync(peer, 0);
        await SendAsync(peer, 1);

        Assert.Equal(1u, (await peer.ExpectAsync<Dispose>()).First);
        Assert.Equal(["0", "1"], emulator.QueueNamed(EmulatorFixture.Queue).Peek(0, 10, null).Select(found => found.Message.MessageId));
    }

    [Fact]
    [Feature("Not in Azure", Throttling, Support = FeatureSupport.Different, Note = FaultCommands.Note)]
    public async Task A_send_is_refused_as_busy_and_the_next_one_is_taken()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await SenderAsync(emulator);
        await emulator.PutFaultAsync("""{"kind":"serverBusy","target":{"operation":"send"},"count":1}""");

        await SendAsync(peer, 0);
        var refused = Assert.IsType<Rejected>((await peer.ExpectAsync<Dispose>()).State);
        await SendAsync(peer, 1);

        Assert.Equal("com.microsoft:server-busy", (string)refused.Error.Condition);
        Assert.Contains("50009", refused.Error.Description, StringComparison.Ordinal);
        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);
        Assert.Single(emulator.QueueNamed(EmulatorFixture.Queue).Peek(0, 10, null));
    }

    [Fact]
    [Feature("Not in Azure", Throttling, Support = FeatureSupport.Different, Note = FaultCommands.Note)]
    public async Task A_receiver_is_refused_as_busy_when_it_attaches()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        await emulator.PutFaultAsync("""{"kind":"serverBusy","target":{"operation":"receive","session":"a"}}""");

        await peer.SendAsync(0, SessionReceiverTests.Attach("a"));

        Assert.Null((await peer.ExpectAsync<Attach>()).Source);
        Assert.Equal("com.microsoft:server-busy", (string)(await peer.ExpectAsync<Detach>()).Error.Condition);
    }

    [Fact]
    [Feature("Not in Azure", Throttling, Support = FeatureSupport.Different, Note = FaultCommands.Note)]
    public async Task A_request_to_management_is_answered_busy()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var requests = new RequestClient(await emulator.OpenSessionAsync(), $"{EmulatorFixture.Queue}/$management");
        await emulator.PutFaultAsync("""{"kind":"serverBusy","target":{"operation":"manage"},"count":1}""");
        var peek = new Map { { "from-sequence-number", 0L }, { "message-count", 1 } };

        var busy = await requests.ManageAsync("com.microsoft:peek-message", peek);
        var answered = await requests.ManageAsync("com.microsoft:peek-message", peek);

        Assert.Equal(503, busy.ApplicationProperties["statusCode"]);
        Assert.Equal("com.microsoft:server-busy", busy.ApplicationProperties["errorCondition"].ToString());
        Assert.Equal(204, answered.ApplicationProperties["statusCode"]);
    }

    [Fact]
    [Feature("Not in Azure", Throttling, Support = FeatureSupport.Different, Note = FaultCommands.Note)]
    public async Task A_sender_gets_its_credit_late()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        await emulator.PutFaultAsync("""{"kind":"withholdCredit","target":{"entity":"orders"},"count":1,"delayMs":3000}""");

        await peer.SendAsync(0, new Attach
        {
            LinkName = "sender",
            Handle = 0,
            Role = false,
            Source = new Source(),
            Target = new Target { Address = EmulatorFixture.Queue },
        });
        await peer.ExpectAsync<Attach>();
        await peer.SendAsync(0, new Flow { NextIncomingId = 1, IncomingWindow = 10, OutgoingWindow = 10, Echo = true });
        Assert.False((await peer.ExpectAsync<Flow>()).HasHandle);
        time.Advance(TimeSpan.FromSeconds(3));

        var credit = await peer.ExpectAsync<Flow>();
        Assert.True(credit.HasHandle && credit.LinkCredit > 0);
        await SendAsync(peer, 0);
        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);
    }

    [Fact]
    [Feature("Not in Azure", Rules, Support = FeatureSupport.Different, Note = FaultCommands.Note)]
    public async Task A_seed_gives_the_same_refusals_again()
    {
        var first = await RefusalsAsync(7);
        var again = await RefusalsAsync(7);
        var other = await RefusalsAsync(8);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.Contains('x', first);
        Assert.Contains('.', first);
    }

    [Theory]
    [InlineData("""{"kind":"loseMessage"}""", "UnknownKind")]
    [InlineData("""{"kind":"serverBusy","target":{"operation":"fly"}}""", "OutOfRange")]
    [InlineData("""{"kind":"dropConnection","target":{"user":"ada"}}""", "UnknownKey")]
    [Feature("Not in Azure", Rules, Support = FeatureSupport.Different, Note = FaultCommands.Note)]
    public async Task A_rule_that_is_wrong_says_so(string rule, string code)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        using var http = new HttpClient { BaseAddress = emulator.Host.HttpUri };
        using var content = new StringContent(rule, Encoding.UTF8, "application/json");

        using var response = await http.PutAsync(new Uri("faults", UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal(code, error["code"]!.GetValue<string>());
        Assert.Equal("""{"rules":[]}""", await http.GetStringAsync(new Uri("faults", UriKind.Relative)));
    }

    /// <summary>The cut may come while the client still believes that it is connecting.</summary>
    private static async Task AssertCutAsync(EmulatorFixture emulator)
    {
        try
        {
            await using var refused = await emulator.ConnectRawAsync();
            Assert.Null(await refused.ReadAsync());
        }
        catch (SocketException e)
        {
            Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        }
    }

    private static async Task<string> RefusalsAsync(int seed)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await SenderAsync(emulator);
        await emulator.PutFaultAsync($$"""{"kind":"serverBusy","rate":0.5,"seed":{{seed}}}""");
        var refusals = new StringBuilder();
        for (var id = 0u; id < 24; id++)
        {
            await SendAsync(peer, id);
            refusals.Append((await peer.ExpectAsync<Dispose>()).State is Rejected ? 'x' : '.');
        }

        return refusals.ToString();
    }

    private static async Task<RawPeer> SenderAsync(EmulatorFixture emulator)
    {
        var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachSenderAsync(EmulatorFixture.Queue);
        return peer;
    }

    private static Task SendAsync(RawPeer peer, uint id) =>
        peer.TransferAsync(SenderLinkTests.Transfer(id, settled: false), SenderLinkTests.Encoded($"{id}"));
}
