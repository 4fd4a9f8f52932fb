using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using ServerlessGateway.Triggers;

namespace ServerlessGateway.Unit.Tests.Triggers;

public sealed class HttpAnswerTests
{
    [Fact]
    public async Task An_answer_is_written_as_it_is()
    {
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };

        await HttpAnswer.Ok("{\"a\":1}"u8.ToArray()).With("X-Header", "value").ExecuteResultAsync(new ActionContext { HttpContext = context });

        var body = ((MemoryStream)context.Response.Body).ToArray();
        Assert.Equal("{\"a\":1}"u8.ToArray(), body);
        Assert.Equal(
            (200, "application/json; charset=utf-8", "value", (long)body.Length),
            (context.Response.StatusCode, context.Response.ContentType, context.Response.Headers["X-Header"].ToString(), context.Response.ContentLength));
    }

    /// <summary>The official worker sends a function's result to the host as JSON, though the answer is written by then.</summary>
    [Fact]
    public void An_answer_has_nothing_to_serialize() =>
        Assert.Equal("{}", JsonSerializer.Serialize<object>(HttpAnswer.Ok(new byte[1024]).With("a", "b")));
}
