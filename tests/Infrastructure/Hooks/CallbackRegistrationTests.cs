using ServerlessGateway.Deployment;

namespace ServerlessGateway.Infrastructure.Tests.Hooks;

public sealed class CallbackRegistrationTests : IDisposable
{
    private const string Id = "77777777-7777-7777-7777-777777777777";

    private readonly FakeTools _tools = new FakeTools()
        .On("az ad app list", "[]")
        .On("az ad app create", Id + "\n")
        .On("az ad sp show", exitCode: 3);

    private readonly StringWriter _console = new();

    [Fact]
    public async Task Preparing_says_what_it_does_then_registers_and_remembers()
    {
        await CreateSut().PrepareAsync(default);

        Assert.StartsWith("Registers the application 'gateway-callbacks-dev'", _console.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            [
                "az ad app list --filter displayName eq 'gateway-callbacks-dev' --query [].appId --output json",
                "az ad app create --display-name gateway-callbacks-dev --sign-in-audience AzureADMyOrg --query appId --output tsv",
                // Before anything else can fail: what was made has to be known to be removed.
                $"azd env set GATEWAY_CALLBACK_APP_ID {Id}",
                $"az ad app update --id {Id} --identifier-uris api://{Id}",
                $"az ad sp show --id {Id}",
                $"az ad sp create --id {Id}",
                $"azd env set GATEWAY_CALLBACK_AUDIENCE api://{Id}",
            ],
            _tools.Commands);
    }

    [Fact]
    public async Task Preparing_with_a_registration_of_ones_own_touches_nothing()
    {
        await CreateSut(("GATEWAY_CALLBACK_AUDIENCE", "api://mine")).PrepareAsync(default);

        Assert.Empty(_tools.Commands);
        Assert.Contains("api://mine", _console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preparing_after_an_interruption_goes_on_with_what_is_there()
    {
        _tools.On("az ad app list", $"[\"{Id}\"]").On("az ad sp show", "{}");

        await CreateSut().PrepareAsync(default);

        Assert.DoesNotContain(_tools.Commands, command => command.Contains("create", StringComparison.Ordinal));
        Assert.Equal($"azd env set GATEWAY_CALLBACK_AUDIENCE api://{Id}", _tools.Commands[^1]);
    }

    [Fact]
    public async Task Preparing_takes_none_of_several_of_that_name()
    {
        _tools.On("az ad app list", $"[\"{Id}\", \"88888888-8888-8888-8888-888888888888\"]");

        var failure = await Assert.ThrowsAsync<DeploymentException>(() => CreateSut().PrepareAsync(default));

        Assert.Contains("azd env set GATEWAY_CALLBACK_AUDIENCE", failure.Message, StringComparison.Ordinal);
        Assert.Single(_tools.Commands);
    }

    [Fact]
    public async Task Preparing_without_a_right_says_which_command_failed()
    {
        _tools.On("az ad app create", exitCode: 1, error: "Insufficient privileges to complete the operation.");

        var failure = await Assert.ThrowsAsync<DeploymentException>(() => CreateSut().PrepareAsync(default));

        Assert.Contains("az ad app create", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Insufficient privileges", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_tools.Commands, command => command.StartsWith("azd env set", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_registration_is_neither_made_nor_looked_for_in_another_tenant_than_is_deployed_to(bool isPrepared)
    {
        _tools.On("az account show", "here\n").On("az account show --query tenantId --output tsv --subscription s-1", "there\n");
        var sut = CreateSut(("AZURE_SUBSCRIPTION_ID", "s-1"), (isPrepared ? "GATEWAY_NONE" : "GATEWAY_CALLBACK_APP_ID", Id));

        var failure = await Assert.ThrowsAsync<DeploymentException>(
            () => isPrepared ? sut.PrepareAsync(default) : sut.RemoveAsync(default));

        Assert.Contains("`az account set --subscription s-1`", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_tools.Commands, command => command.Contains(" ad ", StringComparison.Ordinal)
            || command.StartsWith("azd ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_registration_is_made_where_the_tenants_agree()
    {
        _tools.On("az account show", "HERE\n").On("az account show --query tenantId --output tsv --subscription s-1", "here\n");

        await CreateSut(("AZURE_SUBSCRIPTION_ID", "s-1")).PrepareAsync(default);

        Assert.Equal($"azd env set GATEWAY_CALLBACK_AUDIENCE api://{Id}", _tools.Commands[^1]);
    }

    [Fact]
    public async Task Removing_deletes_what_was_made_for_good_and_forgets_it()
    {
        _tools.On("az ad app show", "99999999-9999-9999-9999-999999999999\n");

        await CreateSut(("GATEWAY_CALLBACK_APP_ID", Id), ("GATEWAY_CALLBACK_AUDIENCE", $"api://{Id}")).RemoveAsync(default);

        Assert.Equal(
            [
                $"az ad app show --id {Id} --query id --output tsv",
                $"az ad app delete --id {Id}",
                "az rest --method delete --url https://graph.microsoft.com/v1.0/directory/deletedItems/99999999-9999-9999-9999-999999999999",
                "azd env set GATEWAY_CALLBACK_APP_ID ",
                "azd env set GATEWAY_CALLBACK_AUDIENCE ",
            ],
            _tools.Commands);
    }

    [Fact]
    public async Task Removing_leaves_a_registration_that_was_named_by_a_person()
    {
        await CreateSut(("GATEWAY_CALLBACK_AUDIENCE", "api://mine")).RemoveAsync(default);

        Assert.Empty(_tools.Commands);
    }

    public void Dispose() => _console.Dispose();

    private CallbackRegistration CreateSut(params (string Name, string Value)[] more)
    {
        var variables = new Dictionary<string, string>
        {
            ["AZURE_ENV_NAME"] = "dev",
        };
        foreach (var (name, value) in more)
        {
            variables[name] = value;
        }

        return new CallbackRegistration(new DeploymentEnvironment(variables.GetValueOrDefault), _tools, _console);
    }
}
