using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker;

/// <summary>The webhook of the Web PubSub trigger: validation, signature, dispatch, answers, states.</summary>
public sealed class WebPubSubTriggerTests(SharedSampleApp shared) : IClassFixture<SharedSampleApp>, IAsyncLifetime
{
    private const string Webhook = "runtime/webhooks/webpubsub";
    private const string Origin = "127.0.0.1:8080";
    private const string StateHeader = "ce-connectionState";

    private readonly SampleApp _app = shared.App;

    public Task InitializeAsync() => _app.ForgetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("127.0.0.1:8080", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("elsewhere.example, 127.0.0.1", HttpStatusCode.OK)]
    [InlineData("elsewhere.example", HttpStatusCode.BadRequest)]
    [InlineData(null, HttpStatusCode.BadRequest)]
    public async Task Validation_admits_only_the_configured_service(string? origin, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, Webhook);
        if (origin is not null)
        {
            request.Headers.Add("WebHook-Request-Origin", origin);
        }

        using var response = await _app.Http.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK, response.Headers.Contains("WebHook-Allowed-Origin"));
    }

    [Fact]
    public async Task Connect_is_answered_with_what_the_function_returned_and_its_states()
    {
        using var response = await ConnectAsync("someone");

        Assert.Equal("ada json.webpubsub.azure.v1", await _app.NextAsync("connect"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("ada", body.RootElement.GetProperty("userId").GetString());
        Assert.Equal("lobby", body.RootElement.GetProperty("groups")[0].GetString());
        Assert.Equal("webpubsub.joinLeaveGroup", body.RootElement.GetProperty("roles")[0].GetString());
        Assert.Equal("json.webpubsub.azure.v1", body.RootElement.GetProperty("subprotocol").GetString());
        Assert.Equal("{\"v\":1}", StateOf(response, "gateway"));
    }

    [Theory]
    [InlineData("unauthorized", HttpStatusCode.Unauthorized, "not you")]
    [InlineData("mistaken", HttpStatusCode.BadRequest, "not so")]
    [InlineData("broken", HttpStatusCode.InternalServerError, "not now")]
    [InlineData("throwing", HttpStatusCode.InternalServerError, "it broke")]
    public async Task Refusals_become_401_400_and_500(string kind, HttpStatusCode expected, string message)
    {
        using var response = await ConnectAsync(kind);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(message, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_message_is_answered_in_its_own_type_and_states_add_up()
    {
        var state = Encode(("gateway", "{\"v\":1}"), ("kept", "yes"));
        using var response = await MessageAsync("application/json", "{\"a\":1}", state);

        Assert.Equal("{\"v\":1} Json {\"a\":1}", await _app.NextAsync("message"));
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("{\"a\":1}", await response.Content.ReadAsStringAsync());
        Assert.Equal("2", StateOf(response, "count"));
        Assert.Equal("yes", StateOf(response, "kept"));
    }

    [Fact]
    public async Task Bytes_pass_both_ways_unchanged()
    {
        byte[] bytes = [0, 1, 0xFF, 0x80, 0];
        using var request = Event("user", "message");
        request.Content = new ByteArrayContent(bytes);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");

        using var response = await _app.Http.SendAsync(request);

        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Clearing_states_does_not_reach_the_service()
    {
        using var response = await MessageAsync("text/plain", "clear", Encode(("kept", "yes")));

        Assert.Equal("yes", StateOf(response, "kept"));
    }

    [Fact]
    public async Task No_result_is_an_empty_answer()
    {
        using var response = await MessageAsync("text/plain", "silence", state: null);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.False(response.Headers.Contains(StateHeader));
    }

    [Fact]
    public async Task A_state_in_another_form_does_not_stop_the_event()
    {
        using var response = await MessageAsync("text/plain", "hello", "not base64!");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(" Text hello", await _app.NextAsync("message"));
    }

    [Fact]
    public async Task Other_media_types_are_refused()
    {
        using var response = await MessageAsync("application/x-protobuf", "x", state: null);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Connected_and_disconnected_reach_their_functions_and_failures_stay_untold()
    {
        using var connected = await SendJsonAsync("sys", "connected", "{}");
        using var disconnected = await SendJsonAsync("sys", "disconnected", "{\"reason\":\"gone\"}");

        Assert.Equal("c1", await _app.NextAsync("connected"));
        Assert.Equal("gone", await _app.NextAsync("disconnected"));
        Assert.Equal(HttpStatusCode.OK, connected.StatusCode);
        Assert.Equal(HttpStatusCode.OK, disconnected.StatusCode);
    }

    [Theory]
    [InlineData("ce-signature", "sha256=00", HttpStatusCode.Unauthorized)]
    [InlineData("ce-signature", null, HttpStatusCode.Unauthorized)]
    [InlineData("WebHook-Request-Origin", "elsewhere.example", HttpStatusCode.Unauthorized)]
    [InlineData("WebHook-Request-Origin", null, HttpStatusCode.BadRequest)]
    [InlineData("ce-connectionId", null, HttpStatusCode.BadRequest)]
    [InlineData("ce-hub", "other", HttpStatusCode.NotFound)]
    [InlineData("ce-hub", "CHAT", HttpStatusCode.OK)]
    [InlineData("ce-eventName", "unheard", HttpStatusCode.NotFound)]
    [InlineData("ce-type", "azure.webpubsub.sys.message", HttpStatusCode.NotFound)]
    public async Task Headers_decide_who_is_heard_and_by_whom(string header, string? value, HttpStatusCode expected)
    {
        using var request = Event("user", "message");
        request.Headers.Remove(header);
        if (value is not null)
        {
            request.Headers.Add(header, value);
        }

        request.Content = new StringContent("hello");
        using var response = await _app.Http.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Either_of_the_two_signatures_is_enough()
    {
        using var request = Event("user", "message");
        var valid = request.Headers.GetValues("ce-signature").Single();
        request.Headers.Remove("ce-signature");
        request.Headers.Add("ce-signature", $"sha256=00,{valid.ToUpperInvariant()}");
        request.Content = new StringContent("hello");

        using var response = await _app.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_system_key_guards_the_webhook_where_there_is_one()
    {
        await using var app = await SampleApp.StartAsync(("FUNCTIONS_STANDIN_SYSTEM_KEY", "system-key"));
        using var without = Event("user", "message");
        without.Content = new StringContent("hello");
        using var with = Event("user", "message");
        with.RequestUri = new Uri($"{Webhook}?code=system-key", UriKind.Relative);
        with.Content = new StringContent("hello");

        using var refused = await app.Http.SendAsync(without);
        using var admitted = await app.Http.SendAsync(with);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, admitted.StatusCode);
    }

    private static string Encode(params (string Key, string Value)[] states) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(states.ToDictionary(
            state => state.Key, state => Convert.ToBase64String(Encoding.UTF8.GetBytes(state.Value)))));

    private static string StateOf(HttpResponseMessage response, string key)
    {
        var json = Convert.FromBase64String(response.Headers.GetValues(StateHeader).Single());
        using var states = JsonDocument.Parse(json);
        return Encoding.UTF8.GetString(states.RootElement.GetProperty(key).GetBytesFromBase64());
    }

    private static HttpRequestMessage Event(string type, string name)
    {
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(SampleApp.WebPubSubKey), "c1"u8.ToArray());
        var request = new HttpRequestMessage(HttpMethod.Post, Webhook);
        request.Headers.Add("ce-specversion", "1.0");
        request.Headers.Add("ce-type", $"azure.webpubsub.{type}.{name}");
        request.Headers.Add("ce-eventName", name);
        request.Headers.Add("ce-hub", "chat");
        request.Headers.Add("ce-connectionId", "c1");
        request.Headers.Add("ce-userId", "ada");
        request.Headers.Add("ce-signature", $"sha256={Convert.ToHexStringLower(signature)}");
        request.Headers.Add("WebHook-Request-Origin", Origin);
        return request;
    }

    private Task<HttpResponseMessage> ConnectAsync(string query) => SendJsonAsync("sys", "connect", $$"""
        {"claims":{"sub":["ada"]},"query":{"as":["{{query}}"]},"headers":{},
         "subprotocols":["json.webpubsub.azure.v1"],"clientCertificates":[]}
        """);

    private async Task<HttpResponseMessage> SendJsonAsync(string type, string name, string body)
    {
        using var request = Event(type, name);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _app.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> MessageAsync(string mediaType, string body, string? state)
    {
        using var request = Event("user", "message");
        if (state is not null)
        {
            request.Headers.Add(StateHeader, state);
        }

        request.Content = new StringContent(body, Encoding.UTF8, mediaType);
        return await _app.Http.SendAsync(request);
    }
}
