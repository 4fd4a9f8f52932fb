using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Configuration;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class ConfigurationTests
{
    private const string Namespace = "$.UserConfig.Namespaces[0]";

    [Fact]
    public void The_official_emulators_sample_is_read()
    {
        var definition = Read("""
            {
              "UserConfig": {
                "Namespaces": [{
                  "Name": "sbemulatorns",
                  "Queues": [{
                    "Name": "queue.1",
                    "Properties": {
                      "DeadLetteringOnMessageExpiration": true,
                      "DefaultMessageTimeToLive": "PT1H",
                      "DuplicateDetectionHistoryTimeWindow": "PT20S",
                      "ForwardDeadLetteredMessagesTo": "",
                      "ForwardTo": "",
                      "LockDuration": "PT1M",
                      "MaxDeliveryCount": 3,
                      "RequiresDuplicateDetection": true,
                      "RequiresSession": true
                    }
                  }],
                  "Topics": [{
                    "Name": "topic.1",
                    "Properties": {
                      "DefaultMessageTimeToLive": "PT1H",
                      "DuplicateDetectionHistoryTimeWindow": "PT20S",
                      "RequiresDuplicateDetection": false
                    },
                    "Subscriptions": [{
                      "Name": "subscription.1",
                      "Properties": {
                        "DeadLetteringOnMessageExpiration": false,
                        "DefaultMessageTimeToLive": "PT1H",
                        "LockDuration": "PT1M",
                        "MaxDeliveryCount": 3,
                        "ForwardDeadLetteredMessagesTo": "",
                        "ForwardTo": "",
                        "RequiresSession": false
                      },
                      "Rules": [{
                        "Name": "app-prop-filter-1",
                        "Properties": {
                          "FilterType": "Correlation",
                          "CorrelationFilter": {
                            "ContentType": "application/text",
                            "Label": "subject1",
                            "Properties": { "prop3": "value3", "number": 7 }
                          }
                        }
                      }]
                    }]
                  }]
                }],
                "Logging": { "Type": "File" }
              }
            }
            """);

        var queue = Assert.Single(definition.Queues);
        Assert.Equal(
            new QueueDefinition
            {
                Name = "queue.1",
                DeadLetteringOnMessageExpiration = true,
                DefaultMessageTimeToLive = TimeSpan.FromHours(1),
                DuplicateDetectionHistoryTimeWindow = TimeSpan.FromSeconds(20),
                LockDuration = TimeSpan.FromMinutes(1),
                MaxDeliveryCount = 3,
                RequiresDuplicateDetection = true,
                RequiresSession = true,
            },
            queue);
        var subscription = Assert.Single(Assert.Single(definition.Topics).Subscriptions);
        var filter = Assert.IsType<MessageFilter.Correlation>(Assert.Single(subscription.Rules).Filter);
        Assert.Equal(("application/text", "subject1"), (filter.ContentType, filter.Subject));
        Assert.Equal("value3", filter.Properties["prop3"]);
        Assert.Equal(7L, filter.Properties["number"]);
    }

    [Fact]
    public void What_is_not_given_has_the_clouds_defaults()
    {
        var definition = Read(WithQueues("""{"Name":"q"}"""));

        Assert.Equal(new QueueDefinition { Name = "q" }, Assert.Single(definition.Queues));
        Assert.Equal(TimeSpan.FromMinutes(1), definition.Queues[0].LockDuration);
        Assert.Equal(10, definition.Queues[0].MaxDeliveryCount);
        Assert.Equal(TimeSpan.MaxValue, definition.Queues[0].DefaultMessageTimeToLive);
    }

    [Fact]
    public void Values_may_be_as_wide_as_the_cloud_allows()
    {
        var definition = Read(WithProperties("""
            "LockDuration":"PT5M","MaxDeliveryCount":2147483647,"MaxSizeInMegabytes":81920,
            "DefaultMessageTimeToLive":"P10675199DT2H48M5.4775807S","DuplicateDetectionHistoryTimeWindow":"P7D"
            """));

        Assert.Equal(int.MaxValue, definition.Queues[0].MaxDeliveryCount);
        Assert.Equal(TimeSpan.MaxValue, definition.Queues[0].DefaultMessageTimeToLive);
        Assert.Equal(81_920L * 1024 * 1024, definition.Queues[0].MaxSizeBytes);
    }

    [Fact]
    public void Keys_may_have_any_case() =>
        Assert.True(Read(WithProperties("\"requiresSession\":true")).Queues[0].RequiresSession);

    [Theory]
    [InlineData("\"LockDuration\":\"PT4S\"", "LockDuration: the value \"PT4S\" is not permitted; permitted: PT5S to PT5M.")]
    [InlineData("\"LockDuration\":\"5 s\"", "LockDuration: the value \"5 s\" is not permitted; permitted: PT5S to PT5M.")]
    [InlineData("\"LockDuration\":5", "LockDuration: the value 5 is not permitted; permitted: PT5S to PT5M.")]
    [InlineData("\"MaxDeliveryCount\":0", "MaxDeliveryCount: the value 0 is not permitted; permitted: 1 to 2147483647.")]
    [InlineData("\"MaxDeliveryCount\":1.5", "MaxDeliveryCount: the value 1.5 is not permitted; permitted: 1 to 2147483647.")]
    [InlineData("\"RequiresSession\":\"yes\"", "RequiresSession: the value \"yes\" is not permitted; permitted: true or false.")]
    [InlineData("\"ForwardTo\":\"nowhere\"", "ForwardTo: the value \"nowhere\" is not permitted; permitted: another queue or topic of this file.")]
    [InlineData("\"ForwardTo\":\"q\"", "ForwardTo: the value \"q\" is not permitted; permitted: another queue or topic of this file.")]
    [InlineData("\"Locks\":1", "Locks: the key is unknown.")]
    [InlineData("\"AutoDeleteOnIdle\":\"PT5M\"", "AutoDeleteOnIdle: not supported: AutoDeleteOnIdle.")]
    [InlineData("\"LockDuration\":\"PT5S\",\"lockDuration\":\"PT6S\"", "lockDuration: the key is given twice.")]
    public void A_bad_property_is_named_with_what_is_permitted(string properties, string expected) =>
        Assert.Equal($"{Namespace}.Queues[0].Properties.{expected}", Error(WithProperties(properties)));

    [Fact]
    public void A_session_queue_may_not_forward() =>
        Assert.Equal(
            $"{Namespace}.Queues[0].Properties.ForwardTo: the value \"b\" is not permitted; "
            + "permitted: nothing where RequiresSession is true.",
            Error(WithQueues("""{"Name":"a","Properties":{"RequiresSession":true,"ForwardTo":"b"}},{"Name":"b"}""")));

    [Fact]
    public void A_name_given_twice_is_refused_in_any_case() =>
        Assert.Equal(
            $"{Namespace}.Queues[1].Name: the name \"Q\" is given twice; permitted: one entity of a name, in any case.",
            Error(WithQueues("""{"Name":"q"},{"Name":"Q"}""")));

    [Fact]
    public void A_topic_may_not_have_a_queues_name() =>
        Assert.StartsWith(
            $"{Namespace}.Topics[0].Name: the name \"q\" is given twice",
            Error("""{"UserConfig":{"Namespaces":[{"Name":"n","Queues":[{"Name":"q"}],"Topics":[{"Name":"q"}]}]}}"""),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("ä")]
    public void A_bad_name_is_refused(string name) =>
        Assert.StartsWith(
            $"{Namespace}.Queues[0].Name: the value \"{name}\" is not permitted",
            Error(WithQueues($$"""{"Name":"{{name}}"}""")),
            StringComparison.Ordinal);

    [Fact]
    public void More_entities_than_the_cloud_allows_are_refused()
    {
        var queues = Enumerable.Range(0, 10_001).Select(index => $"{{\"Name\":\"q{index}\"}}");
        var subscriptions = Enumerable.Range(0, 2_001).Select(index => $"{{\"Name\":\"s{index}\"}}");

        Assert.Contains("10001", Error(WithQueues(string.Join(',', queues))), StringComparison.Ordinal);
        Assert.Equal(
            $"{Namespace}.Topics[0].Subscriptions: the value 2001 is not permitted; permitted: up to 2000 of one topic.",
            Error("""
                {"UserConfig":{"Namespaces":[{"Name":"n","Topics":[{"Name":"t","Subscriptions":[ALL]}]}]}}
                """.Replace("ALL", string.Join(',', subscriptions), StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"SqlExpression":""}""")]
    [InlineData("""{"SqlExpression":null}""")]
    public void A_sql_filter_is_read_and_an_action_that_says_nothing(string action)
    {
        var properties = """{"FilterType":"Sql","SqlFilter":{"SqlExpression":"sys.Label = 'a'"},"Action":""" + action + "}";
        var rule = Read(WithRule(properties))
            .Topics[0].Subscriptions[0].Rules[0];

        Assert.Equal("sys.Label = 'a'", Assert.IsType<MessageFilter.Sql>(rule.Filter).Expression);
    }

    [Fact]
    public void A_sql_filter_that_is_none_is_named_with_the_place() =>
        Assert.Contains(
            "SqlFilter.SqlExpression: \"sys.Label = = 'a'\" is no SQL filter: Syntax error (line 1, column 13)",
            Error(WithRule("""{"FilterType":"Sql","SqlFilter":{"SqlExpression":"sys.Label = = 'a'"}}""")),
            StringComparison.Ordinal);

    [Fact]
    public void The_sql_filter_that_means_everything_is_taken() =>
        Assert.IsType<MessageFilter.All>(
            Read(WithRule("""{"FilterType":"Sql","SqlFilter":{"SqlExpression":"1 = 1"}}"""))
                .Topics[0].Subscriptions[0].Rules[0].Filter);

    [Theory]
    [InlineData("""{"FilterType":"Regex"}""", ".FilterType: the value \"Regex\" is not permitted")]
    [InlineData("""{"FilterType":"Correlation","CorrelationFilter":{"Properties":{}}}""", ".CorrelationFilter: there is no condition; permitted: at least one")]
    [InlineData("""{"FilterType":"Correlation"}""", ".CorrelationFilter: the key is missing.")]
    [InlineData("""{"FilterType":"True","Action":{"SqlExpression":"SET a = 1"}}""", ".Action.SqlExpression: not supported: SQL actions.")]
    [InlineData("""{"FilterType":"Correlation","CorrelationFilter":{"Colour":"red"}}""", ".CorrelationFilter.Colour: the key is unknown.")]
    public void A_bad_rule_is_named(string properties, string expected) =>
        Assert.StartsWith(
            $"{Namespace}.Topics[0].Subscriptions[0].Rules[0].Properties{expected}",
            Error(WithRule(properties)),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("{", "The configuration is not JSON at line 1, byte 2.")]
    [InlineData("[]", "$: [] is not an object.")]
    [InlineData("{}", "$.UserConfig: the key is missing.")]
    [InlineData("""{"UserConfig":{}}""", "$.UserConfig.Namespaces: the value 0 is not permitted; permitted: exactly one namespace.")]
    [InlineData("""{"UserConfig":{"Namespaces":{}}}""", "$.UserConfig.Namespaces: {} is not a list.")]
    [InlineData("""{"UserConfig":{"Namespaces":[{"Name":"n"}],"Logging":{"Type":"Disk"}}}""", "$.UserConfig.Logging.Type: the value Disk is not permitted; permitted: File, Console or both.")]
    [InlineData("""{"UserConfig":{"Namespaces":[{"Name":"n"}]},"Other":1}""", "$.Other: the key is unknown.")]
    public void A_bad_frame_is_named(string json, string expected) => Assert.Equal(expected, Error(json));

    private static string WithQueues(string queues) =>
        """{"UserConfig":{"Namespaces":[{"Name":"n","Queues":[QUEUES]}]}}"""
            .Replace("QUEUES", queues, StringComparison.Ordinal);

    private static string WithProperties(string properties) =>
        WithQueues("""{"Name":"q","Properties":{PROPERTIES}}""".Replace("PROPERTIES", properties, StringComparison.Ordinal));

    private static string WithRule(string properties) =>
        """
        {"UserConfig":{"Namespaces":[{"Name":"n","Topics":[{"Name":"t","Subscriptions":[
          {"Name":"s","Rules":[{"Name":"r","Properties":RULE}]}]}]}]}}
        """.Replace("RULE", properties, StringComparison.Ordinal);

    private static NamespaceDefinition Read(string json)
    {
        Assert.True(EmulatorConfiguration.TryRead(json, out var definition, out var error), error);
        Assert.Equal("", error);
        return definition;
    }

    private static string Error(string json)
    {
        Assert.False(EmulatorConfiguration.TryRead(json, out _, out var error));
        Assert.DoesNotContain('\n', error);
        return error;
    }
}
