using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class EntityAddressTests
{
    [Theory]
    [InlineData("orders", "orders", null, false, false)]
    [InlineData("/orders", "orders", null, false, false)]
    [InlineData("orders/", "orders", null, false, false)]
    [InlineData("area/orders", "area/orders", null, false, false)]
    [InlineData("amqps://localhost:5671/orders", "orders", null, false, false)]
    [InlineData("sb://localhost/events/subscriptions/audit", "events", "audit", false, false)]
    [InlineData("orders/$management", "orders", null, false, true)]
    [InlineData("orders/$DeadLetterQueue", "orders", null, true, false)]
    [InlineData("orders/$deadletterqueue/$management", "orders", null, true, true)]
    [InlineData("events/Subscriptions/audit/$DeadLetterQueue/$Management", "events", "audit", true, true)]
    public void Every_form_that_clients_send_is_understood(
        string text, string entity, string? subscription, bool isDeadLetterQueue, bool isManagement)
    {
        Assert.True(EntityAddress.TryParse(text, out var address));

        Assert.Equal(new EntityAddress(entity, subscription, isDeadLetterQueue, isManagement), address);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("$cbs")]
    [InlineData("amqp://localhost")]
    [InlineData("/$deadletterqueue")]
    public void What_names_no_entity_is_refused(string? text) => Assert.False(EntityAddress.TryParse(text, out _));

    [Fact]
    public void An_overlong_address_is_refused() => Assert.False(EntityAddress.TryParse(new string('x', 1_025), out _));

    [Fact]
    public void Entities_are_found_in_any_case_and_form()
    {
        using var fixture = WithQueue();

        Assert.Same(fixture.Q(), fixture.Entity("amqps://h/Q/$management"));
        Assert.Same(fixture.Q().DeadLetterQueue, fixture.Entity("Q/$DeadLetterQueue"));
        Assert.False(fixture.Broker.TryFind("other", out _));
        Assert.False(fixture.Broker.TryFind("q/Subscriptions/s", out _));
    }
}
