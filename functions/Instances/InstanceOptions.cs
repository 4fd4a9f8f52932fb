using System.ComponentModel.DataAnnotations;

namespace ServerlessGateway.Instances;

/// <summary>
/// The instances of the gateway and how their state is held. Section <c>Gateway</c>, shared with others.
/// </summary>
internal sealed class InstancesOptions
{
    public const string SectionName = "Gateway";

    /// <summary>The hub of every instance. Default <c>gateway</c>.</summary>
    [Required, RegularExpression("^[A-Za-z][A-Za-z0-9_`,.\\[\\]]{0,127}$")]
    public string Hub { get; set; } = "gateway";

    /// <summary>One entry per Web PubSub resource; at least one.</summary>
    [Required, MinLength(1)]
    public IList<InstanceOptions> Instances { get; } = [];
}

/// <summary>One instance: <c>Gateway:Instances:0:Name</c> and so on.</summary>
internal sealed class InstanceOptions
{
    /// <summary>See <see cref="InstanceName"/>.</summary>
    [Required]
    public string Name { get; set; } = string.Empty;

    /// <summary>In the cloud: <c>https://NAME.webpubsub.azure.com</c>, with the process's own identity.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Locally: <c>Endpoint=…;AccessKey=…;Version=1.0;</c>. Exactly one of the two is given.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Locally, while keys are rolled: the other key, which signs its callbacks too. A secret.</summary>
    public string? SecondaryKey { get; set; }

    /// <summary>In the cloud: the object id of its managed identity, which its callbacks' tokens must name.</summary>
    public string? ObjectId { get; set; }

    /// <summary>
    /// Its capacity in units of 1,000 connections: new clients are spread by it, and checks are stretched by it.
    /// </summary>
    [Range(1, 1000)]
    public int Weight { get; set; } = 1;
}
