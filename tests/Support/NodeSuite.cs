using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace ServerlessGateway.Tests.Support;

/// <summary>
/// Runs one of the Node suites in tests/sdk-acceptance: Microsoft's JavaScript SDKs, unchanged, against an emulator.
/// The packages are installed on first use from the lock file, and again when that changes.
/// </summary>
public static partial class NodeSuite
{
    /// <summary>A guard against hangs, not a budget: a suite takes some ten seconds.</summary>
    private static readonly TimeSpan RunTimeout = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(3);

    private static string Folder => RepositoryRoot.Combine("tests", "sdk-acceptance");

    /// <summary>
    /// Runs every <c>*.test.mjs</c> of a suite. Throws <see cref="NodeSuiteException"/> when one fails, when none
    /// ran, or when Node is missing.
    /// </summary>
    /// <param name="suite">The suite's folder below tests/sdk-acceptance.</param>
    /// <param name="environment">Variables that tell the suite where its emulator is.</param>
    /// <param name="filesAtOnce">How many files run side by side: more than one where each has entities of its own.</param>
    /// <returns>How many tests passed.</returns>
    public static async Task<int> RunAsync(
        string suite, IReadOnlyDictionary<string, string> environment, int filesAtOnce = 1)
    {
        var files = Directory.GetFiles(Path.Combine(Folder, suite), "*.test.mjs")
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (files.Length == 0)
        {
            throw new NodeSuiteException($"The suite '{suite}' has no tests.");
        }

        // npm is run by one process at a time on the whole machine; the mutex belongs to a thread, so no await inside.
        await Task.Run(InstallIfChanged);
        var run = await ChildProcess.RunAsync(
            "node",
            ["--test", "--test-reporter=tap", $"--test-concurrency={filesAtOnce}", .. files],
            Folder,
            environment,
            RunTimeout);
        return Judge(suite, run);
    }

    /// <summary>Reads the summary that the TAP reporter writes at its end.</summary>
    public static int Judge(string suite, ChildProcessResult run)
    {
        var counts = SummaryLine().Matches(run.Output).ToDictionary(
            match => match.Groups["name"].Value,
            match => int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture),
            StringComparer.Ordinal);
        var passed = counts.GetValueOrDefault("pass");
        var isClean = run.ExitCode == 0
            && counts.GetValueOrDefault("tests") > 0
            && passed == counts.GetValueOrDefault("tests");
        return isClean
            ? passed
            : throw new NodeSuiteException(
                $"The suite '{suite}' ended with code {run.ExitCode}, {passed} of "
                + $"{counts.GetValueOrDefault("tests")} tests passed.\n{Failures(run)}\n{run.Error}");
    }

    /// <summary>
    /// The lines of the tests that failed with what the reporter says about them; all of it when there are none.
    /// </summary>
    private static string Failures(ChildProcessResult run)
    {
        var failures = FailedTest().Matches(run.Output).Select(match => match.Value).ToArray();
        return failures.Length == 0 ? run.Output : string.Join('\n', failures);
    }

    private static void InstallIfChanged()
    {
        using var mutex = new Mutex(initiallyOwned: false, "serverless-gateway-sdk-acceptance");
        if (!mutex.WaitOne(InstallTimeout))
        {
            throw new NodeSuiteException("Another process installs the suites' packages and does not end.");
        }

        try
        {
            var lockFile = File.ReadAllBytes(Path.Combine(Folder, "package-lock.json"));
            var wanted = Convert.ToHexString(SHA256.HashData(lockFile));
            var marker = Path.Combine(Folder, "node_modules", ".installed");
            if (File.Exists(marker) && File.ReadAllText(marker) == wanted)
            {
                return;
            }

            var npm = ChildProcess.RunAsync("npm", ["ci", "--no-audit", "--no-fund"], Folder, null, InstallTimeout)
                .GetAwaiter().GetResult();
            if (npm.ExitCode != 0)
            {
                throw new NodeSuiteException($"npm ci in tests/sdk-acceptance failed:\n{npm.Output}\n{npm.Error}");
            }

            File.WriteAllText(marker, wanted);
        }
        finally
        {
            mutex.ReleaseMutex();
        }
    }

    [GeneratedRegex(@"^# (?<name>tests|pass|fail|cancelled|skipped|todo) (?<count>\d+)\r?$", RegexOptions.Multiline)]
    private static partial Regex SummaryLine();

    [GeneratedRegex(@"^ *not ok .*\r?\n(?: +---\r?\n(?:.*\r?\n)*? +\.\.\.)?", RegexOptions.Multiline)]
    private static partial Regex FailedTest();
}

/// <summary>A Node suite that did not pass; the message holds what the failed tests said.</summary>
public sealed class NodeSuiteException(string message) : Exception(message);
