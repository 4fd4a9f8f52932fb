using Microsoft.Extensions.Logging;
using ServerlessGateway.WebPubSubEmulator.Configuration;
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

    [Fact]
    public void The_settings_file_that_comes_with_the_official_emulator_is_read_as_it_is()
    {
        var config = EmulatorConfigReader.Read("""
            {
              "Urls": "http://localhost:8090",
              "Logging": { "LogLevel": { "Default": "Information", "Microsoft.AspNetCore": "warning" } },
              "WebPubSub": {
                "AccessKey": "custom-emulator-access-key-1234567890",
                "AllowUnvalidatedEntraTokens": "True",
                "Hubs": { "chat": {} }
              }
            }
            """);

        Assert.Equal(8090, config.Port);
        Assert.Equal("custom-emulator-access-key-1234567890", config.AccessKey);
        Assert.True(config.AllowUnvalidatedEntraTokens);
        Assert.Equal(LogLevel.Information, config.LogLevels["Default"]);
        Assert.Equal(LogLevel.Warning, config.LogLevels["Microsoft.AspNetCore"]);
        Assert.Equal([HubName.Parse("chat")], config.EventHandlers.Hubs);
    }

    [Fact]
    public void What_is_left_out_keeps_its_default()
    {
        var config = EmulatorConfigReader.Read("{}");

        Assert.Null(config.Port);
        Assert.Null(config.AccessKey);
        Assert.False(config.AllowUnvalidatedEntraTokens);
        Assert.Empty(config.LogLevels);
        Assert.Empty(config.EventHandlers.Hubs);
    }

    [Fact]
    public void A_query_of_a_template_without_path_may_be_filled_in()
    {
        var config = EventHandlerConfigReader.Read(
            """{"WebPubSub":{"Hubs":{"chat":{"EventHandlers":[{"UrlTemplate":"http://localhost:1?e={event}","EventPattern":"*"}]}}}}""");

        var rule = config.ForUserEvent(HubName.Parse("chat"), "a")!;
        Assert.Equal("http://localhost:1/?e=a", rule.UrlFor(HubName.Parse("chat"), "a").AbsoluteUri);
    }

    [Theory]
    [InlineData("nonsense", "not valid JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("""{"WebPubSubs":{}}""", "WebPubSubs is not known; known are WebPubSub, Urls, Logging")]
    [InlineData("""{"WebPubSub":{"Hub":{}}}""", "WebPubSub:Hub is not known")]
    [InlineData("""{"WebPubSub":{"Hubs":{"9":{}}}}""", "WebPubSub:Hubs:9 is not a valid hub name")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{},"A":{}}}}""", "WebPubSub:Hubs:A is named twice")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandler":[]}}}}""", "WebPubSub:Hubs:a:EventHandler is not known")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":{}}}}}""", "WebPubSub:Hubs:a:EventHandlers must be an array")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{}]}}}}""", "WebPubSub:Hubs:a:EventHandlers[0] has no UrlTemplate")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"/x"}]}}}}""", "must be an absolute http or https URL")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"tunnel:///x"}]}}}}""", "UrlTemplate is a tunnel, which is not supported")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://{hub}/x"}]}}}}""", "must not fill in its host name")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x/{@Microsoft.KeyVault(y)}"}]}}}}""", "refers to Key Vault, which is not supported")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x/{else}"}]}}}}""", "only {hub} and {event} can be filled in")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x","SystemEvents":["joined"]}]}}}}""", "SystemEvents[0] is 'joined'; allowed are connect, connected, disconnected")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x","SystemEvents":"connect"}]}}}}""", "SystemEvents must be an array")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x","EventPattern":1}]}}}}""", "EventPattern must be a string")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x","EventPattern":"ok, chat.*"}]}}}}""", "EventPattern holds 'chat.*'; allowed are '*' for all events")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x","Auth":{}}]}}}}""", "EventHandlers[0]:Auth is not supported: events are sent without credentials")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventHandlers":[{"UrlTemplate":"http://x","userEventPattern":"*"}]}}}}""", "userEventPattern is not supported: it is called EventPattern")]
    [InlineData("""{"WebPubSub":{"Hubs":{"a":{"EventListeners":[]}}}}""", "WebPubSub:Hubs:a:EventListeners is not supported: there are no Event Hubs")]
    [InlineData("""{"WebPubSub":{"Hubs":[]}}""", "WebPubSub:Hubs must be an object")]
    [InlineData("""{"WebPubSub":{"Hubs":{},"hubs":{}}}""", "WebPubSub:hubs is named twice")]
    [InlineData("""{"WebPubSub":{"ConnectionString":"x"}}""", "WebPubSub:ConnectionString is not supported: it follows from")]
    [InlineData("""{"WebPubSub":{"AllowUnvalidatedEntraTokens":1}}""", "AllowUnvalidatedEntraTokens is 1; it must be true or false")]
    [InlineData("""{"WebPubSub":{"AccessKey":1}}""", "WebPubSub:AccessKey must be a string")]
    [InlineData("""{"Urls":"https://localhost:8080"}""", "Urls is 'https://localhost:8080'; supported is http on loopback")]
    [InlineData("""{"Urls":"http://*:8080"}""", "supported is http on loopback")]
    [InlineData("""{"Urls":"http://localhost:1;http://localhost:2"}""", "one URL is supported")]
    [InlineData("""{"Logging":{"LogLevel":{"Default":"Loud"}}}""", "Logging:LogLevel:Default is 'Loud'; allowed are Trace, Debug")]
    [InlineData("""{"Logging":{"Console":{}}}""", "Logging:Console is not supported")]
    [InlineData("""{"AllowedHosts":"*"}""", "AllowedHosts is not supported: only loopback")]
    public void What_cannot_be_used_stops_with_one_line_that_names_the_place(string json, string message)
    {
        var error = Assert.Throws<FormatException>(() => EventHandlerConfigReader.Read(json));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
