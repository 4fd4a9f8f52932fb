namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a function app begins.</summary>
#pragma warning disable CA1052 // The official type is not static, and neither may this one be.
public class FunctionsApplication
#pragma warning restore CA1052
{
    /// <summary>Makes a builder with the defaults of a function app: settings from the environment, logging, dependency injection.</summary>
    /// <param name="args">The arguments of the command line.</param>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args);
}
