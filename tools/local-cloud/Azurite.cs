using System.Diagnostics;
using ServerlessGateway.LocalCloud.Processes;

namespace ServerlessGateway.LocalCloud;

/// <summary>The table store: Azurite from npm at a locked version, installed on first use into <c>.local/azurite</c>.</summary>
public static class Azurite
{
    /// <summary>Azurite's public development account; its key is in Microsoft's documentation.</summary>
    private const string AccountKey =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>True where nothing has to be installed any more.</summary>
    public static bool IsInstalled(Repository repository) =>
        File.Exists(Path.Combine(InstallFolder(repository), "installed")) && File.Exists(MainScript(repository));

    /// <summary>Installs it where it is missing. Processes that come together install once.</summary>
    /// <exception cref="LocalCloudException">npm is missing or failed.</exception>
    public static async Task InstallAsync(Repository repository, CancellationToken cancellationToken)
    {
        if (IsInstalled(repository))
        {
            return;
        }

        var folder = InstallFolder(repository);
        Directory.CreateDirectory(folder);
        await using var turn = await FileLock.AcquireAsync(Path.Combine(folder, "lock"), cancellationToken);
        if (IsInstalled(repository))
        {
            return;
        }

        foreach (var file in (string[])["package.json", "package-lock.json"])
        {
            File.Copy(Path.Combine(repository.Root, "tools", "local-cloud", "azurite", file), Path.Combine(folder, file), overwrite: true);
        }

        await RunNpmAsync(folder, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "installed"), "npm ci ended well\n", cancellationToken);
    }

    /// <summary>Starts the table service. The connection string is in the ready line's <c>connectionString</c>.</summary>
    /// <param name="repository">Where it is installed.</param>
    /// <param name="dataFolder">Where its data stays; null keeps it in memory.</param>
    /// <param name="port">Its port; 0 takes any.</param>
    /// <param name="logFile">Where its output goes.</param>
    /// <param name="onRequest">Sees the access log, one line a request.</param>
    /// <param name="cancellationToken">Stops waiting and ends it.</param>
    public static async Task<ManagedProcess> StartAsync(
        Repository repository, string? dataFolder, int port, string logFile, Action<string>? onRequest, CancellationToken cancellationToken)
    {
        await InstallAsync(repository, cancellationToken);
        List<string> arguments =
        [
            Path.Combine(repository.Root, "tools", "local-cloud", "azurite", "start.js"),
            "--tablePort", port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "--skipApiVersionCheck", "--disableTelemetry",
        ];
        arguments.AddRange(dataFolder is null ? ["--inMemoryPersistence"] : ["--location", dataFolder]);
        if (dataFolder is not null)
        {
            Directory.CreateDirectory(dataFolder);
        }

        return await ManagedProcess.StartAsync(
            new ProcessSpec("azurite", "node", arguments)
            {
                WorkingDirectory = InstallFolder(repository),
                LogFile = logFile,
                ParseReady = ParseReady,
                OnOutput = onRequest,
            },
            cancellationToken);
    }

    private static ReadyLine? ParseReady(string line)
    {
        if (ReadyLine.ParseJson(line) is not { } ready)
        {
            return null;
        }

        var endpoint = $"http://127.0.0.1:{ready.Values["port"]}/devstoreaccount1";
        return new ReadyLine(new Dictionary<string, string>(ready.Values)
        {
            ["connectionString"] =
                $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={AccountKey};TableEndpoint={endpoint};",
        });
    }

    private static async Task RunNpmAsync(string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using var npm = Process.Start(start)!;
            var (output, error) = (npm.StandardOutput.ReadToEndAsync(cancellationToken), npm.StandardError.ReadToEndAsync(cancellationToken));
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode != 0)
            {
                throw new LocalCloudException(
                    $"npm could not install Azurite (exit code {npm.ExitCode}): {(await error).Trim()} {(await output).Trim()}",
                    "Check the network and `npm config get registry`, then try again.");
            }
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new LocalCloudException("npm was not found.", "Install Node.js 20 or later: https://nodejs.org", exception);
        }
    }

    private static string InstallFolder(Repository repository) => Path.Combine(repository.LocalFolder, "azurite");

    private static string MainScript(Repository repository) =>
        Path.Combine(InstallFolder(repository), "node_modules", "azurite", "dist", "src", "table", "main.js");
}
