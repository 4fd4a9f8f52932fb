using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Messaging.WebPubSub;

namespace ServerlessGateway.AzureSdk.WebPubSub;

/// <summary>The members of a group, page by page; a page's token is the link to the next.</summary>
internal sealed class GroupMemberPages(
    HubRequests requests, string path, int? maxPageSize, int? maxCount, string? firstToken)
    : AsyncPageable<WebPubSubGroupMember>
{
    public override IAsyncEnumerable<Page<WebPubSubGroupMember>> AsPages(
        string? continuationToken = null, int? pageSizeHint = null) =>
        PagesAsync(continuationToken, pageSizeHint);

    public override async IAsyncEnumerator<WebPubSubGroupMember> GetAsyncEnumerator(
        CancellationToken cancellationToken = default)
    {
        await foreach (var page in PagesAsync(null, null, cancellationToken).ConfigureAwait(false))
        {
            foreach (var member in page.Values)
            {
                yield return member;
            }
        }
    }

    private async IAsyncEnumerable<Page<WebPubSubGroupMember>> PagesAsync(
        string? nextLink, int? pageSizeHint, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var context = new RequestContext { CancellationToken = cancellationToken };
        do
        {
            var response = nextLink is null
                ? await requests.PageAsync(path, query => FirstPage(query, pageSizeHint), context).ConfigureAwait(false)
                : await requests.NextPageAsync(nextLink, context).ConfigureAwait(false);
            var page = Read(response);
            nextLink = page.ContinuationToken;
            yield return page;
        }
        while (!string.IsNullOrEmpty(nextLink));
    }

    private void FirstPage(RequestQuery query, int? pageSizeHint) => query
        .Add("maxpagesize", Text(maxPageSize ?? pageSizeHint))
        .Add("top", Text(maxCount))
        .Add("continuationToken", firstToken);

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static Page<WebPubSubGroupMember> Read(Response response)
    {
        using var document = JsonDocument.Parse(response.Content);
        var members = document.RootElement.GetProperty("value").EnumerateArray()
            .Select(member => new WebPubSubGroupMember(member.GetProperty("connectionId").GetString()!)
            {
                UserId = member.TryGetProperty("userId", out var userId) ? userId.GetString() : null,
            })
            .ToList();
        var nextLink = document.RootElement.TryGetProperty("nextLink", out var link) ? link.GetString() : null;
        return Page<WebPubSubGroupMember>.FromValues(members, nextLink, response);
    }
}
