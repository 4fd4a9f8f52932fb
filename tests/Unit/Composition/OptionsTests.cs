using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessGateway.Access;
using ServerlessGateway.Instances;
using ServerlessGateway.Requests;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Unit.Tests.Composition;

public sealed class OptionsTests
{
    [Fact]
    public void Defaults_are_those_of_the_documented_limits()
    {
        var options = Read<GatewayOptions>();

        Assert.Equal((65536, 524288, 256, 128), (
            options.MaxPayloadBytes, options.MaxRequestBytes, options.MaxPublicationsPerRequest, options.MaxChannelsPerSession));
        Assert.Equal((262144, 819200, TimeSpan.FromSeconds(25), false), (
            options.MaxPageBytes, options.MaxAnswerBytes, options.RequestTimeout, options.TriggerEdge));
        Assert.Equal((TimeSpan.FromDays(7), TimeSpan.FromMinutes(5)), (Read<SessionOptions>().Lease, Read<SessionOptions>().ConnectWithin));
    }

    [Theory]
    [InlineData("Gateway:MaxPayloadBytes", "196609", "Gateway:MaxPayloadBytes is '196609'; permitted: 1 to 196608.")]
    [InlineData("Gateway:MaxPayloadBytes", "0", "Gateway:MaxPayloadBytes is '0'; permitted: 1 to 196608.")]
    [InlineData("Gateway:MaxChannelsPerSession", "201", "Gateway:MaxChannelsPerSession is '201'; permitted: 1 to 200.")]
    [InlineData("Gateway:RequestTimeout", "00:02:00", "Gateway:RequestTimeout is '00:02:00'; permitted: 00:00:01 to 00:01:20.")]
    [InlineData("Gateway:MaxRequestBytes", "2000", "Gateway:MaxRequestBytes is '2000'; permitted: at least Gateway:MaxPayloadBytes, 65536.")]
    [InlineData("Gateway:MaxPayloadByte", "5", "Gateway:MaxPayloadByte is not a setting of the gateway;")]
    [InlineData("Gateway:Sesions:Lease", "5", "Gateway:Sesions is not a setting of the gateway;")]
    [InlineData("Gateway:AllowedOrigins:0", "app.example.com/path", "Gateway:AllowedOrigins is 'app.example.com/path'; permitted: '*', or origins")]
    public void A_value_out_of_range_or_an_unknown_key_fails_with_key_value_and_range(string key, string value, string message)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read<GatewayOptions>((key, value)));

        Assert.Contains(failure.Failures, text => text.StartsWith(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Gateway:Sessions:Leese", "5", "Gateway:Sessions:Leese is not a setting")]
    [InlineData("Gateway:Sessions:Lease", "00:00:10", "Gateway:Sessions:Lease is '00:00:10'; permitted: 00:01:00 to 90.00:00:00.")]
    public void Sections_check_their_own_keys(string key, string value, string message)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read<SessionOptions>((key, value)));

        Assert.Contains(failure.Failures, text => text.StartsWith(message, StringComparison.Ordinal));
    }

    [Fact]
    public void Tokens_need_exactly_one_way_and_a_long_key_that_is_never_shown()
    {
        Assert.Contains("exactly one of the two", Fail<TokenOptions>(("Gateway:Tokens:Audience", "a")), StringComparison.Ordinal);
        Assert.Contains("exactly one of the two", Fail<TokenOptions>(
            ("Gateway:Tokens:SymmetricKey", new string('k', 32)), ("Gateway:Tokens:Authority", "https://a.example"),
            ("Gateway:Tokens:Issuer", "i"), ("Gateway:Tokens:Audience", "a")), StringComparison.Ordinal);
        var tooShort = Fail<TokenOptions>(
            ("Gateway:Tokens:SymmetricKey", "short-secret"), ("Gateway:Tokens:Issuer", "i"), ("Gateway:Tokens:Audience", "a"));
        Assert.Contains("at least 32 bytes", tooShort, StringComparison.Ordinal);
        Assert.DoesNotContain("short-secret", tooShort, StringComparison.Ordinal);
        foreach (var authority in (string[])["http://a.example", "/tenant", "file:///tenant"])
        {
            Assert.Contains($"'{authority}'; permitted: an https address", Fail<TokenOptions>(
                ("Gateway:Tokens:Authority", authority), ("Gateway:Tokens:Audience", "a")), StringComparison.Ordinal);
            Assert.Contains($"'{authority}'; permitted: an https address", Fail<CallbackOptions>(
                ("Gateway:Callbacks:Audience", "a"), ("Gateway:Callbacks:Authority", authority)), StringComparison.Ordinal);
        }

        Assert.Equal("a", Read<TokenOptions>(
            ("Gateway:Tokens:Authority", "https://a.example"), ("Gateway:Tokens:Audience", "a")).Audience);
    }

    [Theory]
    [InlineData("Name", "Alpha", "Gateway:Instances:0:Name is 'Alpha'; permitted: 1 to 32")]
    [InlineData("Endpoint", "https://alpha.webpubsub.azure.com", "exactly one of the two")]
    [InlineData("ConnectionString", "Endpoint=http://localhost", "Gateway:Instances:0:ConnectionString is '(not shown)'")]
    [InlineData("ObjectId", "me", "Gateway:Instances:0:ObjectId is 'me'; permitted: a GUID.")]
    [InlineData("Wait", "2", "Gateway:Instances:0:Wait is not a setting of the gateway")]
    public void An_instance_that_is_configured_wrong_fails_the_start(string key, string value, string message)
    {
        Dictionary<string, string?> settings = new()
        {
            ["Gateway:Instances:0:Name"] = "alpha",
            ["Gateway:Instances:0:ConnectionString"] = "Endpoint=http://localhost:8080;AccessKey=abc=;Version=1.0;",
        };
        settings[$"Gateway:Instances:0:{key}"] = value;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var options = new InstancesOptions();
        configuration.GetSection("Gateway").Bind(options);

        var result = new InstancesValidator(configuration).Validate(null, options);

        Assert.True(result.Failed);
        Assert.Contains(message, result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void The_keys_of_a_connection_string_keep_their_padding_and_the_port_of_their_own()
    {
        var (endpoint, keys) = InstanceConnection.Read(new InstanceOptions
        {
            Name = "alpha",
            ConnectionString = "Endpoint=http://localhost;Port=8081;AccessKey=abc==;Version=1.0;",
            SecondaryKey = "other",
        });

        Assert.Equal(new Uri("http://localhost:8081"), endpoint);
        Assert.Equal(["abc==", "other"], keys);
    }

    private static string Fail<TOptions>(params (string Key, string Value)[] settings)
        where TOptions : class, IGatewayOptions, new() =>
        Assert.Throws<OptionsValidationException>(() => Read<TOptions>(settings)).Message;

    private static TOptions Read<TOptions>(params (string Key, string Value)[] settings)
        where TOptions : class, IGatewayOptions, new()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value)))
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddGatewayOptions<GatewayOptions>().AddGatewayOptions<SessionOptions>().AddGatewayOptions<TOptions>();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<TOptions>>().Value;
    }
}
