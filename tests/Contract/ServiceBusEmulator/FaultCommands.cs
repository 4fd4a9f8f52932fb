using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>Commands faults of an emulator as anybody would: by HTTP.</summary>
internal static class FaultCommands
{
    public const string Note = "By `/faults` or `--faults`: see the README.";

    /// <summary>Puts one rule in the place of all, and tells how often it has struck already.</summary>
    public static async Task<int> PutFaultAsync(this EmulatorFixture emulator, string rule)
    {
        using var http = new HttpClient();
        using var content = new StringContent(rule, Encoding.UTF8, "application/json");
        using var response = await http.PutAsync(UriOf(emulator), content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!["rules"]![0]!["applied"]!.GetValue<int>();
    }

    public static async Task EndFaultsAsync(this EmulatorFixture emulator)
    {
        using var http = new HttpClient();
        using var response = await http.DeleteAsync(UriOf(emulator));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    private static Uri UriOf(EmulatorFixture emulator) => new(emulator.Host.HttpUri, "/faults");
}
