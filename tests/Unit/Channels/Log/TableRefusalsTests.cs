using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Channels.Log;

/// <summary>
/// What an answer of Table Storage means (rules S4, S7), on the SDK's own pipeline with the answers that the service
/// gives: the local store never gives most of them.
/// </summary>
public sealed class TableRefusalsTests
{
    private static readonly ChannelName Orders = ChannelName.Parse("orders:1");

    [Theory]
    [InlineData(412, "UpdateConditionNotSatisfied", 1, "Conflict")]
    [InlineData(409, "EntityAlreadyExists", 0, "Conflict")]
    [InlineData(404, "ResourceNotFound", 2, "Conflict")]
    [InlineData(400, "PropertyValueTooLarge", 1, "SegmentRejected 1")]
    [InlineData(400, "EntityTooLarge", 0, "SegmentRejected 0")]
    [InlineData(400, "InvalidInput", 2, "RequestRejected")]
    [InlineData(404, "TableNotFound", 0, "unknown")]
    [InlineData(503, "ServerBusy", 0, "unknown")]
    public async Task A_refused_operation_is_judged_by_its_code_and_by_whose_row_it_names(
        int status, string code, int index, string expected) =>
        Assert.Equal(expected, await CommitAsync(_ => BatchAnswer(status, code, index)));

    [Theory]
    [InlineData(400, "InvalidHeaderValue", "RequestRejected")]
    [InlineData(403, "AuthenticationFailed", "RequestRejected")]
    [InlineData(413, "RequestBodyTooLarge", "RequestRejected")]
    [InlineData(429, "TooManyRequests", "unknown")]
    [InlineData(408, "OperationTimedOut", "unknown")]
    [InlineData(500, "InternalError", "unknown")]
    public async Task A_request_that_is_refused_as_a_whole_is_no_messages_fault(int status, string code, string expected) =>
        Assert.Equal(expected, await CommitAsync(_ => WholeAnswer(status, code)));

    [Fact]
    public async Task A_connection_that_breaks_leaves_the_outcome_unknown() =>
        Assert.Equal("unknown", await CommitAsync(_ => throw new HttpRequestException("reset")));

    private static async Task<string> CommitAsync(Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        using var handler = new ScriptedHandler(answer);
        var options = new TableClientOptions { Transport = new HttpClientTransport(handler) };
        options.Retry.MaxRetries = 0;
        var table = new TableClient(
            new Uri("http://tables.example/account"), "channels", new TableSharedKeyCredential("account", Convert.ToBase64String(new byte[32])), options);
        Segment[] segments = [SegmentAt(1), SegmentAt(2)];
        var head = new Head { Epoch = "e", LastOffset = 2 };
        try
        {
            var result = await new TableChannelLog(table).CommitAsync(
                Orders, new StoredHead(head, "W/\"1\""), head, segments, CancellationToken.None);
            return result is CommitResult.SegmentRejected rejected
                ? string.Create(CultureInfo.InvariantCulture, $"SegmentRejected {rejected.Index}")
                : result.GetType().Name;
        }
        catch (Exception)
        {
            return "unknown";
        }
    }

    private static Segment SegmentAt(long offset) => new(
        "e", offset, DateTimeOffset.UnixEpoch, [new SegmentEntry(default, "p", "u", offset, RawJson.FromText("1"))]);

    private static HttpResponseMessage BatchAnswer(int status, string code, int index)
    {
        var body = string.Join("\r\n",
            "--batchresponse_1", "Content-Type: multipart/mixed; boundary=changesetresponse_1", string.Empty,
            "--changesetresponse_1", "Content-Type: application/http", "Content-Transfer-Encoding: binary", string.Empty,
            $"HTTP/1.1 {status} Refused", "Content-Type: application/json;odata=minimalmetadata;charset=utf-8", string.Empty,
            $$$"""{"odata.error":{"code":"{{{code}}}","message":{"lang":"en-US","value":"{{{index}}}:Refused.\nRequestId:1"} } }""",
            "--changesetresponse_1--", "--batchresponse_1--", string.Empty);
        var response = new HttpResponseMessage(HttpStatusCode.Accepted) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/mixed; boundary=batchresponse_1");
        return response;
    }

    private static HttpResponseMessage WholeAnswer(int status, string code)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent(
                $$$"""{"odata.error":{"code":"{{{code}}}","message":{"lang":"en-US","value":"Refused."} } }""", Encoding.UTF8, "application/json"),
        };
        response.Headers.Add("x-ms-error-code", code);
        return response;
    }

    private sealed class ScriptedHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }
}
