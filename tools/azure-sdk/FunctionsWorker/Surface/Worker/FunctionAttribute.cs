namespace Microsoft.Azure.Functions.Worker;

/// <summary>Makes a method a function of the app, under a name that is unique in it.</summary>
/// <param name="name">The function's name: the default route of an HTTP function, and its name in logs and metrics.</param>
[AttributeUsage(AttributeTargets.Method)]
#pragma warning disable CA1813 // The official attribute is open for inheritance.
public class FunctionAttribute(string name) : Attribute
#pragma warning restore CA1813
{
    /// <summary>The function's name.</summary>
    public string Name { get; } = name;
}
