using System.Text.Json;
using ServerlessGateway.Access;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Access;

public sealed class CapabilitySetTests
{
    [Fact]
    public void Rights_add_up_over_the_patterns_that_cover_a_channel()
    {
        var set = Parse("""{"chat:*":["subscribe"],"chat:1":["publish"],"orders:{sub}":["subscribe"]}""", out _)!;

        Assert.True(set.Allows(Rights.Subscribe, ChannelName.Parse("chat:1")));
        Assert.True(set.Allows(Rights.Publish, ChannelName.Parse("chat:1")));
        Assert.False(set.Allows(Rights.Publish, ChannelName.Parse("chat:2")));
        Assert.True(set.Allows(Rights.Subscribe, ChannelName.Parse("orders:alice")));
        Assert.False(set.Allows(Rights.Subscribe, ChannelName.Parse("orders:bob")));
    }

    [Fact]
    public void A_pattern_and_its_resolved_twin_keep_the_rights_of_both()
    {
        var set = Parse("""{"o:{sub}":["subscribe"],"o:alice":["publish"]}""", out _)!;

        Assert.Equal(Rights.Subscribe | Rights.Publish, set.Patterns["o:alice"]);
    }

    [Theory]
    [InlineData("""{"a b":["subscribe"]}""")]
    [InlineData("""{"{user}":["subscribe"]}""")]
    [InlineData("""{"a":["read"]}""")]
    [InlineData("""{"a":["Subscribe"]}""")]
    [InlineData("""{"a":"subscribe"}""")]
    [InlineData("""{"a":[1]}""")]
    [InlineData("""["a"]""")]
    [InlineData("null")]
    public void An_unknown_pattern_or_operation_is_refused_with_its_code_and_value(string claim)
    {
        Assert.Null(Parse(claim, out var error));

        Assert.Equal(ErrorCodes.InvalidCapability.Code, error!.Code);
        Assert.NotNull(error.Value);
    }

    [Fact]
    public void Too_many_patterns_are_refused_before_work_is_spent_on_them()
    {
        var claim = JsonSerializer.Serialize(
            Enumerable.Range(0, CapabilitySet.MaxPatterns + 1).ToDictionary(at => $"c{at}", at => new[] { at == 0 ? "publish" : "subscribe" }));

        Assert.Null(Parse(claim, out var error));
        Assert.Equal((ErrorCodes.CapabilitiesTooLarge.Code, (long)CapabilitySet.MaxPatterns), (error!.Code, error.Limit));
    }

    private static CapabilitySet? Parse(string claim, out ErrorDetail? error)
    {
        using var document = JsonDocument.Parse(claim);
        return CapabilitySet.Parse(document.RootElement, "alice", out error);
    }
}
