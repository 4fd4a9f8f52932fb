using System.Diagnostics;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>The emulator as a program of its own.</summary>
internal static class EmulatorProgram
{
    /// <summary>Starts it with its three streams in the test's hands; it ends with its input where it is told to.</summary>
    public static Process Start(params string[] arguments) => StartIn("", arguments);

    /// <summary>The same in a folder of its own.</summary>
    public static Process StartIn(string folder, params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "ServerlessGateway.WebPubSubEmulator.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }
}
