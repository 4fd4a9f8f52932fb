namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Marks what a function is bound to.</summary>
[AttributeUsage(AttributeTargets.Method)]
#pragma warning disable CA1012 // The official constructor is public, though nobody can call it.
public abstract class BindingAttribute : Attribute
{
    /// <summary>Creates the attribute.</summary>
    public BindingAttribute()
    {
    }
}
#pragma warning restore CA1012
