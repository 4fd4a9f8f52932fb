using ServerlessGateway.Access;
using ServerlessGateway.Deployment;
using ServerlessGateway.Requests;

namespace ServerlessGateway.Infrastructure.Tests.Hooks;

public sealed class SettingsCheckTests
{
    private const string Issuer = "https://login.example.com";

    [Theory]
    [InlineData(Issuer, true)]
    [InlineData("https://login.example.com/tenant/v2.0", true)]
    [InlineData("http://login.example.com", false)]
    [InlineData("login.example.com", false)]
    public void An_issuer_is_refused_before_anything_is_made_where_the_app_would_refuse_it(string authority, bool isPermitted)
    {
        Assert.Equal(isPermitted, Passes(authority, ""));
        var report = new OptionsReport(TokenOptions.SectionName);
        new TokenOptions { Authority = authority, Audience = "gateway" }.Validate(report);
        Assert.Equal(isPermitted, report.Result.Succeeded);
    }

    [Theory]
    [InlineData("*", true)]
    [InlineData("https://app.example.com", true)]
    [InlineData("https://app.example.com, http://localhost:5173", true)]
    [InlineData("https://app.example.com/", false)]
    [InlineData("https://app.example.com/path", false)]
    [InlineData("app.example.com", false)]
    [InlineData("https://app.example.com,", false)]
    [InlineData("https://app.example.com;https://admin.example.com", false)]
    public void Origins_are_refused_before_anything_is_made_where_the_app_would_refuse_them(string origins, bool isPermitted)
    {
        Assert.Equal(isPermitted, Passes(Issuer, origins));
        var report = new OptionsReport(GatewayOptions.SectionName);
        // As main.bicepparam and modules/settings.bicep hand them on.
        new GatewayOptions { AllowedOrigins = [.. origins.Split(',').Select(origin => origin.Trim())] }.Validate(report);
        Assert.Equal(isPermitted, report.Result.Succeeded);
    }

    [Fact]
    public void Without_an_issuer_it_says_how_to_name_one()
    {
        var failure = Assert.Throws<DeploymentException>(() => new SettingsCheck(new DeploymentEnvironment(_ => "")).Run());

        Assert.Contains("azd env set GATEWAY_TOKEN_AUTHORITY", failure.Message, StringComparison.Ordinal);
    }

    private static bool Passes(string authority, string origins)
    {
        var environment = new DeploymentEnvironment(new Dictionary<string, string>
        {
            ["GATEWAY_TOKEN_AUTHORITY"] = authority,
            ["GATEWAY_ALLOWED_ORIGINS"] = origins,
        }.GetValueOrDefault);
        return Record.Exception(() => new SettingsCheck(environment).Run()) switch
        {
            null => true,
            DeploymentException => false,
            { } other => throw other,
        };
    }
}
