using ServerlessGateway.WebPubSubEmulator.EventHandlers;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.EventHandlers;

public sealed class EventHandlerConfigReaderTests
{
    [Fact]
    public void The_format_of_the_official_emulator_is_read()
    {
        var config = EventHandlerConfigReader.Read("""
            {
              // Comments are fine.
              "WebPubSub": { "Hubs": {
                "Chat": { "EventHandlers": [
                  { "UrlTemplate": "http://localhost:7071/api/{hub}/{event}?code=a", "SystemEvents": ["connect", "Disconnected"], "EventPattern": "publish, resume" },
                  { "UrlTemplate": "https://example.org/rest", "EventPattern": "*" },
                ] },
                "_default": { "EventHandlers": [{ "UrlTemplate": "http://localhost/default", "EventPattern": "*" }] }
              } }
            }
            """);
        var chat = HubName.Parse("chat");
        var other = HubName.Parse("other");

        var first = config.ForUserEvent(chat, "RESUME")!;
        Assert.Equal("http://localhost:7071/api/chat/resume?code=a", first.UrlFor(chat, "resume").AbsoluteUri);
        Assert.Same(first, config.ForSystemEvent(chat, "disconnected"));
        Assert.Null(config.ForSystemEvent(chat, "connected"));
        Assert.Equal("https://example.org/rest", config.ForUserEvent(chat, "else")!.UrlTemplate);
        Assert.Equal("http://localhost/default", config.ForUserEvent(other, "else")!.UrlTemplate);
    }

    [Fact]
    public void Names_are_escaped_in_the_URL()
    {
        var rule = new EventHandlerRule("http://localhost/{event}", [], "*");
        var hub = HubName.Parse("hub");

        Assert.Equal("http://localhost/a%2Fb%20c", rule.UrlFor(hub, "a/b c").AbsoluteUri);
    }

    [Theory]
    [InlineData("nonsense", "not valid JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("""{"WebPubSubs":{}}""", "WebPubSubs is not known; known are WebPubSub")]
    [InlineData("""{"WebPubSub":{"Hub":{}}}""", "WebPubSub:Hub is not known")]
    [InlineData("""{"WebPubSub":{"Hubs":{"9":{}}}}""", "WebPubSub:Hubs:9 is not a valid hub name")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{},"A":{}}}}""", "WebPubSub:Hubs:A is named twice")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandler":[]}}}}""", "WebPubSub:Hubs:a:EventHandler is not known")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":{}}}}}""", "WebPubSub:Hubs:a:EventHandlers must be an array")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{}]}}}}""", "EventHandlers[0]:UrlTemplate is missing")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"/x"}]}}}}""", "must be an absolute http or https URL")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"tunnel:///x"}]}}}}""", "must be an absolute http or https URL")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://{hub}/x"}]}}}}""", "must not fill in its host name")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x/{@Microsoft.KeyVault(y)}"}]}}}}""", "only {hub} and {event} can be filled in")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x","SystemEvents":["joined"]}]}}}}""", "holds 'joined'; allowed are connect, connected, disconnected")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x","SystemEvents":"connect"}]}}}}""", "SystemEvents must be an array")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x","EventPattern":1}]}}}}""", "EventPattern must be a string")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x","Auth":{}}]}}}}""", "EventHandlers[0]:Auth is not known")]
    public void What_cannot_be_used_stops_with_one_line_that_names_the_place(string json, string message)
    {
        var error = Assert.Throws<FormatException>(() => EventHandlerConfigReader.Read(json));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
