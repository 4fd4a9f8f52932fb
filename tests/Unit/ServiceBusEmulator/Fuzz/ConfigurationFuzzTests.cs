using System.Text;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Broker.Filters;
using ServerlessGateway.ServiceBusEmulator.Configuration;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Fuzz;

/// <summary>Text from outside: the configuration, and the addresses that clients name.</summary>
public sealed class ConfigurationFuzzTests
{
    private const string Config = """
        {"UserConfig":{"Namespaces":[{"Name":"sbemulatorns",
        "Queues":[{"Name":"q","Properties":{"DeadLetteringOnMessageExpiration":false,"DefaultMessageTimeToLive":"PT1H",
        "DuplicateDetectionHistoryTimeWindow":"PT20S","ForwardDeadLetteredMessagesTo":"","ForwardTo":"","LockDuration":"PT1M",
        "MaxDeliveryCount":3,"RequiresDuplicateDetection":false,"RequiresSession":true}}],
        "Topics":[{"Name":"t","Properties":{"DefaultMessageTimeToLive":"PT1H"},"Subscriptions":[{"Name":"s","Properties":{},
        "Rules":[{"Name":"r","Properties":{"FilterType":"Correlation","CorrelationFilter":{"Label":"l","Properties":{"a":"b"}}}},
        {"Name":"all","Properties":{"FilterType":"Sql","SqlFilter":{"SqlExpression":"a LIKE 'b%' AND sys.Label IN ('c', 'd')"}}}]}]}]}],
        "Logging":{"Type":"File"}}}
        """;

    /// <summary>A parser of combinators allocates for each of a thousand characters what it tries there.</summary>
    private const long BytesPerFilter = 16 * 1024 * 1024;

    private static readonly string[] Filters =
    [
        "sys.Label LIKE '%a_\\%b%' ESCAPE '\\' AND NOT (colour IN ('red', 'green', 'blue') OR price * 2 - 1 >= 10.5e1)",
        "user.\"the name\" IS NOT NULL AND EXISTS(colour) OR [x y] <> -3 % 2 AND size = 0x1F",
        "((((((1=1)))))) AND (TRUE OR FALSE) AND sys.TimeToLive > '0:01' AND newid() <> colour",
    ];

    private static readonly FilterSubject Subject = new(
        new BrokerMessage
        {
            Payload = new byte[10],
            Subject = "label",
            TimeToLive = TimeSpan.FromMinutes(1),
            ApplicationProperties = new Dictionary<string, object?>
            {
                ["colour"] = "red",
                ["price"] = 12.5,
                ["size"] = long.MinValue,
                ["x y"] = byte.MaxValue,
                ["the name"] = null,
            },
        },
        DateTimeOffset.UnixEpoch,
        7,
        () => Guid.Empty);

    [Fact]
    public Task A_configuration_is_read_or_refused_with_one_line() => FuzzRun.BytesAsync(
        5_000,
        Mutations.Of(
            Encoding.UTF8.GetBytes(Config),
            Encoding.UTF8.GetBytes(Config.Replace("\"q\"", "\"\\ud800\"", StringComparison.Ordinal)),
            Encoding.UTF8.GetBytes(Config.Replace("Logging", "\\ud800", StringComparison.Ordinal))),
        bytes =>
        {
            var isRead = EmulatorConfiguration.TryRead(Encoding.UTF8.GetString(bytes), out var definition, out var error);
            Assert.Equal(isRead, error.Length == 0);
            Assert.DoesNotContain('\n', error);
            if (isRead)
            {
                // What the reader lets through, the broker has to be able to build.
                MessageBroker.InMemory(definition, new BrokerOptions(), TimeProvider.System, Guid.NewGuid).Dispose();
            }
        },
        _ => false);

    [Fact]
    public Task A_filter_is_read_or_refused_and_what_is_read_can_be_asked() => FuzzRun.BytesAsync(
        5_000,
        Mutations.Of([.. Filters.Select(filter => Encoding.UTF8.GetBytes(filter))]),
        bytes =>
        {
            if (SqlParser.TryParse(Encoding.UTF8.GetString(bytes), out var predicate, out var error))
            {
                predicate.Evaluate(Subject);
            }
            else
            {
                Assert.NotEmpty(error);
            }
        },
        _ => false,
        BytesPerFilter);

    [Fact]
    public Task An_address_is_understood_or_not() => FuzzRun.BytesAsync(
        8_000,
        Mutations.Of(
            "amqps://localhost:5671/orders/Subscriptions/audit/$DeadLetterQueue/$management"u8.ToArray(),
            "/orders/"u8.ToArray(),
            "sb://host/a/b/c"u8.ToArray()),
        bytes =>
        {
            var text = Encoding.UTF8.GetString(bytes);
            _ = EntityPath.OfResource(text);
            if (EntityAddress.TryParse(text, out var address))
            {
                Assert.NotEmpty(address.Entity);
                Assert.InRange(address.ToEntityPath().Length, 1, text.Length);
            }
        },
        _ => false);

    [Fact]
    public void The_sample_itself_is_good() =>
        Assert.True(EmulatorConfiguration.TryRead(Config, out _, out var error), error);
}
