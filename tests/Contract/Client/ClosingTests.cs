using ServerlessGateway.Client;

namespace ServerlessGateway.Contract.Tests.Client;

/// <summary>Closing a client whose application or network does not help.</summary>
public sealed class ClosingTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Closing_does_not_wait_for_an_application_that_never_gives_a_token()
    {
        var never = new TaskCompletionSource<string>();
        await using var gateway = await SocketGateway.StartAsync();
        var client = new GatewayClient(gateway.Options() with { GetToken = _ => new ValueTask<string>(never.Task) });
        var publication = client.PublishAsync("a", 1);
        var connecting = client.ConnectAsync();

        await client.DisposeAsync().AsTask().WaitAsync(Guard);

        Assert.Equal(5002, (await publication.WaitAsync(Guard)).Error!.Code);
        await Assert.ThrowsAsync<GatewayException>(() => connecting.WaitAsync(Guard));
    }

    [Fact]
    public async Task Closing_does_not_fail_where_the_way_to_negotiate_ends_with_an_exception_of_its_own()
    {
        using var handler = new StubbornHandler();
        using var http = new HttpClient(handler);
        await using var gateway = await SocketGateway.StartAsync();
        var client = new GatewayClient(gateway.Options() with { HttpClient = http });
        var connecting = client.ConnectAsync();
        await handler.Asked.WaitAsync(Guard);

        var closing = client.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<GatewayException>(() => connecting.WaitAsync(Guard));
        handler.Fail();

        await closing.WaitAsync(Guard);
        Assert.Equal(ConnectionState.Closed, client.State);
    }

    /// <summary>Never answers and does not look at its token; told to, it fails.</summary>
    private sealed class StubbornHandler : HttpMessageHandler
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly TaskCompletionSource<HttpResponseMessage> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public void Fail() => _answer.SetException(new TimeoutException("given up"));

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _asked.SetResult();
            return _answer.Task;
        }
    }
}
