using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Emulators.Faults;

namespace ServerlessGateway.Unit.Tests.EmulatorFaults;

public sealed class FaultEndpointsTests : IAsyncDisposable
{
    private readonly FaultEngine _engine = new(new FakeTimeProvider());
    private readonly FaultEndpoints _endpoints;

    public FaultEndpointsTests() =>
        _endpoints = new FaultEndpoints(_engine, Kinds.Reader, NullLogger<FaultEndpoints>.Instance);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Theory]
    [InlineData("PUT")]
    [InlineData("POST")]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Whoever_is_not_on_this_machine_is_refused(string method)
    {
        await CallAsync("PUT", """{"kind":"lose"}""");

        var (remote, error) = await CallAsync(method, "{}", "10.0.0.7");
        var (forwarded, _) = await CallAsync(method, "{}", header: "X-Forwarded-For");

        Assert.Equal((403, 403, "NotLocal"), (remote, forwarded, error["error"]!["code"]!.GetValue<string>()));
        Assert.Single(_engine.Report());
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public async Task Rules_are_put_read_with_their_counts_and_taken_back(string address)
    {
        var (put, answer) = await CallAsync(
            "PUT", """{"rules":[{"kind":"lose","target":{"user":"ada"},"rate":0.5,"seed":3},{"kind":"refuse","status":429}]}""", address);
        _engine.Strike(Kinds.Lose, new FaultSubject { { "user", "ada" } });
        var (get, read) = await CallAsync("GET", "", address);
        var (delete, _) = await CallAsync("DELETE", "", address);
        var (_, empty) = await CallAsync("GET", "", address);

        Assert.Equal((200, 200, 204), (put, get, delete));
        Assert.Equal(0, answer["rules"]![0]!["considered"]!.GetValue<int>());
        Assert.Equal(
            """{"kind":"lose","target":{"user":"ada"},"rate":0.5,"after":0,"seed":3,"considered":1,"applied":1}""",
            read["rules"]![0]!.ToJsonString());
        Assert.Equal(429, read["rules"]![1]!["status"]!.GetValue<int>());
        Assert.Empty(empty["rules"]!.AsArray());
    }

    [Fact]
    public async Task What_is_wrong_is_answered_400_with_code_value_and_limit_and_changes_nothing()
    {
        await CallAsync("PUT", """{"kind":"lose"}""");

        var (status, answer) = await CallAsync("PUT", """{"kind":"lose","rate":2}""");

        Assert.Equal(400, status);
        Assert.Equal(
            """{"code":"OutOfRange","message":"rule.rate is 2; 0 to 1 is allowed.","key":"rule.rate","value":"2","limit":"0 to 1 is allowed"}""",
            answer["error"]!.ToJsonString());
        Assert.Equal("lose", Assert.Single(_engine.Report()).Kind);
    }

    [Fact]
    public async Task A_plan_beyond_the_limit_is_not_read_to_its_end()
    {
        var (status, answer) = await CallAsync("PUT", new string(' ', 1024 * 1024));

        Assert.Equal((400, "OutOfRange"), (status, answer["error"]!["code"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Another_method_is_told_which_there_are() =>
        Assert.Equal(405, (await CallAsync("PATCH", "{}")).Status);

    private async Task<(int Status, JsonNode Answer)> CallAsync(
        string method, string body, string address = "127.0.0.1", string? header = null)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        context.Request.Method = method;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Response.Body = new MemoryStream();
        if (header is not null)
        {
            context.Request.Headers[header] = "10.0.0.7";
        }

        await _endpoints.HandleAsync(context);
        context.Response.Body.Position = 0;
        var text = await new StreamReader(context.Response.Body).ReadToEndAsync();
        return (context.Response.StatusCode, JsonNode.Parse(text.Length == 0 ? "{}" : text)!);
    }
}
