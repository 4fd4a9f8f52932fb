using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>
/// Calls that nobody would write by hand, made from a seed: names, parameters and bodies of every kind on every route.
/// Whatever comes, the answer is one of the documented ones, an error says its code, and the instance goes on.
/// </summary>
public sealed class RestGeneratedTests
{
    private const int Calls = 1500;

    private static readonly string[] Routes =
    [
        "/:send", "/groups/{0}/:send", "/users/{0}/:send", "/connections/{0}/:send", "/:closeConnections",
        "/groups/{0}/:closeConnections", "/users/{0}/:closeConnections", "/connections/{0}", "/users/{0}", "/groups/{0}",
        "/groups/{0}/connections/{0}", "/users/{0}/groups/{0}", "/users/{0}/groups", "/connections/{0}/groups",
        "/:addToGroups", "/:removeFromGroups", "/groups/{0}/connections", "/permissions/joinLeaveGroup/connections/{0}",
        "/permissions/{0}/connections/{0}", "/:generateToken", "/{0}",
    ];

    private static readonly string[] Names =
        ["a", " ", "/", "é", "%", "'", ":send", "a;b", "[x]", "a\r\nb", new string('x', 1025), "..."];

    private static readonly string[] Parameters =
    [
        "messageTtlSeconds", "filter", "excluded", "reason", "maxpagesize", "top", "continuationToken", "targetName",
        "userId", "role", "group", "minutesToExpire", "clientType", "api-version",
    ];

    private static readonly string[] Values =
    [
        "", "0", "1", "-1", "300", "301", "abc", "99999999999999", "true", "userId eq 'a'", "((((", "not", "'", "é",
        "'a' in groups", "a\nb", "sendToGroup", "MQTT", new string('(', 500), "length(length(length(userId)))",
    ];

    private static readonly string?[] Bodies =
    [
        null, "", "x", "{", "{}", """{"groups":null}""", """{"groups":["a"],"filter":5}""", """{"groups":[null]}""",
        """{"groups":"a"}""", "[]", "null", new string('[', 100), """{"groups":["g"],"filter":"userId eq"}""",
    ];

    private static readonly string[] ContentTypes =
    [
        "text/plain", "application/json", "application/octet-stream", "application/json; charset=utf-16", "garbage", ";",
        "text/plain; charset=\"", "multipart/form-data",
    ];

    private static readonly HttpMethod[] Methods =
        [HttpMethod.Get, HttpMethod.Head, HttpMethod.Put, HttpMethod.Post, HttpMethod.Post, HttpMethod.Delete, HttpMethod.Patch];

    private static readonly HttpStatusCode[] Documented =
    [
        HttpStatusCode.OK, HttpStatusCode.Accepted, HttpStatusCode.NoContent, HttpStatusCode.BadRequest,
        HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.UnsupportedMediaType,
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(20260301)]
    [Feature("REST", "Whatever is sent, the answer is a documented one")]
    public async Task Calls_of_every_kind_have_documented_answers(int seed)
    {
        await using var instance = await TestInstance.StartAsync();
        await using var client = await instance.ConnectAsync("a", ["webpubsub.sendToGroup"], ["a"]);
        var random = new Random(seed);
        var seen = new HashSet<HttpStatusCode>();
        T Pick<T>(T[] choices) => choices[random.Next(choices.Length)];

        for (var i = 0; i < Calls; i++)
        {
            var query = Enumerable.Range(0, random.Next(3)).Select(_ => KeyValuePair.Create(Pick(Parameters), (string?)Pick(Values)));
            var path = string.Format(
                System.Globalization.CultureInfo.InvariantCulture, Pick(Routes), Uri.EscapeDataString(Pick(Names)));
            var route = QueryHelpers.AddQueryString(path, query);
            using var content = Pick(Bodies) is { } body ? TestInstance.Content(body, Pick(ContentTypes)) : null;
            var method = Pick(Methods);
            var token = TestInstance.Sign($"{instance.Endpoint}/api/hubs/chat{path}");

            using var response = await instance.RestAsync(method, route, content, token);

            var what = $"call {i} of seed {seed}: {method} {route} was {response.StatusCode}";
            Assert.True(Documented.Contains(response.StatusCode), what);
            if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnsupportedMediaType && method != HttpMethod.Head)
            {
                Assert.StartsWith("Error.", await TestInstance.CodeAsync(response), StringComparison.Ordinal);
            }

            seen.Add(response.StatusCode);
        }

        Assert.Equal(Documented.ToHashSet(), seen);
        Assert.Equal(HttpStatusCode.Accepted, (await instance.PostAsync("/:send", "still here")).StatusCode);
    }
}
