using System.Reflection;
using Microsoft.Extensions.Logging;
using ServerlessGateway.Requests;

namespace ServerlessGateway.Unit.Tests.Observability;

public sealed class EventIdTests
{
    private static readonly IReadOnlyList<(string Method, LoggerMessageAttribute Message)> Messages =
    [
        .. typeof(RequestHandler).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => ($"{method.DeclaringType!.Name}.{method.Name}", method.GetCustomAttribute<LoggerMessageAttribute>()!))
            .Where(pair => pair.Item2 is not null),
    ];

    [Fact]
    public void Every_log_message_has_an_id_and_a_name_of_its_own()
    {
        Assert.True(Messages.Count > 10);
        Assert.Equal(Messages.Count, Messages.Select(pair => pair.Message.EventId).Distinct().Count());
        Assert.Equal(Messages.Count, Messages.Select(pair => pair.Message.EventName).Distinct().Count());
        Assert.All(Messages, pair => Assert.False(string.IsNullOrEmpty(pair.Message.EventName), pair.Method));
    }

    [Fact]
    public void The_messages_of_a_capability_share_a_range_of_ids()
    {
        foreach (var capability in Messages.GroupBy(pair => pair.Method.Split('.')[0]))
        {
            Assert.Single(capability.Select(pair => pair.Message.EventId / 100).Distinct());
        }
    }
}
