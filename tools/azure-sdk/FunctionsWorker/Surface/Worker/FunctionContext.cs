namespace Microsoft.Azure.Functions.Worker;

/// <summary>One execution of a function.</summary>
public abstract class FunctionContext
{
    /// <summary>Names this execution; no other has the same id.</summary>
    public abstract string InvocationId { get; }

    /// <summary>Names the function; the same in each of its executions.</summary>
    public abstract string FunctionId { get; }

    /// <summary>The services of this execution: a scope that ends with it.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function that is executed.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>
    /// Signalled when the host cancels this execution. A host that drains lets executions finish and does not signal it.
    /// </summary>
    public virtual CancellationToken CancellationToken { get; } = CancellationToken.None;
}
