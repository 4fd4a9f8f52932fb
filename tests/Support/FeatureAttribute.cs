namespace ServerlessGateway.Tests.Support;

/// <summary>How an emulator stands to the service in one point.</summary>
public enum FeatureSupport
{
    /// <summary>A client cannot tell the difference.</summary>
    Same,

    /// <summary>It works, and differs as the note says.</summary>
    Different,

    /// <summary>It is not there, and whoever asks for it is told so.</summary>
    Missing,
}

/// <summary>
/// Names the feature that a test proves: the emulators' SUPPORTED_FEATURES.md are made from these, so no row stands
/// there that nothing proves.
/// </summary>
/// <param name="area">The heading under which the row stands.</param>
/// <param name="name">The feature, in a few words.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class FeatureAttribute(string area, string name) : Attribute
{
    /// <summary>The heading.</summary>
    public string Area { get; } = area;

    /// <summary>The feature.</summary>
    public string Name { get; } = name;

    /// <summary>The same as the service unless set.</summary>
    public FeatureSupport Support { get; init; } = FeatureSupport.Same;

    /// <summary>What differs, or what the client is told.</summary>
    public string Note { get; init; } = "";
}
