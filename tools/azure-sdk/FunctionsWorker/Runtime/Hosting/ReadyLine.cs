using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;

/// <summary>
/// The one line that the process writes to its standard output: it takes requests, and where. Logs go to the error
/// output, so that a parent can read this line by machine.
/// </summary>
internal sealed class ReadyLine(IServer server)
{
    public void Write()
    {
        var address = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Console.Out.WriteLine(JsonSerializer.Serialize(new { ready = "functions", http = address }));
    }
}
