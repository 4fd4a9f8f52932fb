using System.Text.Json;

namespace ServerlessGateway.Deployment;

/// <summary>An instance as <c>infra/main.bicep</c> puts it out.</summary>
internal sealed record DeployedInstance(string Name, string Resource, string Host);

/// <summary>The variables of azd's environment.</summary>
/// <param name="read">Gives the value of a variable.</param>
internal sealed class DeploymentEnvironment(Func<string, string?> read)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>A value, or null where it is not set; azd hands on what was unset as an empty text.</summary>
    public string? Get(string name) => read(name) is { Length: > 0 } value ? value : null;

    /// <summary>A value that has to be there.</summary>
    /// <exception cref="DeploymentException">It is not.</exception>
    public string Require(string name, string remedy) =>
        Get(name) ?? throw new DeploymentException($"{name} is not set. {remedy}");

    /// <summary>What the last provisioning put out.</summary>
    /// <exception cref="DeploymentException">It put nothing out yet.</exception>
    public string Output(string name) => Require(name, "It is written by `azd provision`.");

    /// <summary>
    /// Makes <c>az</c> look where azd deploys, since it may be set to another subscription; nothing where azd has not
    /// asked for one yet.
    /// </summary>
    public IReadOnlyList<string> Subscription => Get("AZURE_SUBSCRIPTION_ID") is { } id ? ["--subscription", id] : [];

    /// <summary>The instances.</summary>
    /// <exception cref="DeploymentException">There are none, or they can not be read.</exception>
    public IReadOnlyList<DeployedInstance> Instances()
    {
        var text = Output("GATEWAY_INSTANCES");
        try
        {
            return JsonSerializer.Deserialize<List<DeployedInstance>>(text, Json) is { Count: > 0 } instances
                ? instances
                : throw new DeploymentException("GATEWAY_INSTANCES names no instance. It is written by `azd provision`.");
        }
        catch (JsonException)
        {
            throw new DeploymentException($"GATEWAY_INSTANCES is '{text}'; it must be the JSON that `azd provision` writes.");
        }
    }
}
