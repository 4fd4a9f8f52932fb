namespace ServerlessGateway.Contract.Tests.AzureSdk;

/// <summary>Counts the requests that a client makes, and may answer them itself.</summary>
internal sealed class CountingHandler(Func<HttpRequestMessage, HttpResponseMessage>? answer = null)
    : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly List<HttpRequestMessage> _requests = [];

    public IReadOnlyList<HttpRequestMessage> Requests => _requests;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _requests.Add(request);
        return answer is null ? base.SendAsync(request, cancellationToken) : Task.FromResult(answer(request));
    }
}
