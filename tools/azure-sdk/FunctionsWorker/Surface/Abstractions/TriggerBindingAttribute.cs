namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Marks the parameter that receives what triggered a function.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
#pragma warning disable CA1012 // The official constructor is public, though nobody can call it.
public abstract class TriggerBindingAttribute : BindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    public TriggerBindingAttribute()
    {
    }
}
#pragma warning restore CA1012
