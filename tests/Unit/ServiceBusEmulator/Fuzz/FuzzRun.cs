using System.Diagnostics;
using System.Globalization;
using CsCheck;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Fuzz;

/// <summary>
/// Feeds a decoder with what an attacker could send: it either gives a value or refuses in the way that is its own,
/// never fails otherwise, never allocates out of proportion, never runs on. Case number so-and-so is the same on every
/// machine and in every run, so a failure names what to replay.
/// </summary>
/// <remarks>
/// FUZZ_SECONDS=60 goes on behind the usual cases for so long, each test for itself; FUZZ_CASE=123 runs that one case.
/// </remarks>
internal static class FuzzRun
{
    private const string SecondsVariable = "FUZZ_SECONDS";
    private const string CaseVariable = "FUZZ_CASE";

    /// <summary>Fault messages and the exceptions behind them cost this, whatever came.</summary>
    private const long BytesPerRefusal = 128 * 1024;

    /// <summary>An object for each byte of input is the worst that a list of nulls can do.</summary>
    private const long BytesPerInputByte = 256;

    /// <summary>A guard against endless loops; a case takes microseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs the cases.</summary>
    /// <param name="cases">How many, where the environment does not ask for more.</param>
    /// <param name="inputs">What is made of a case's number.</param>
    /// <param name="decode">Decodes, and checks what came of it.</param>
    /// <param name="isRefusal">Whether an exception is the decoder's own way to refuse.</param>
    /// <param name="bytesPerCase">What a case may allocate besides its share for each byte of input.</param>
    public static async Task BytesAsync(
        int cases,
        Gen<byte[]> inputs,
        Action<byte[]> decode,
        Func<Exception, bool> isRefusal,
        long bytesPerCase = BytesPerRefusal)
    {
        var running = 0L;
        var run = Task.Run(() =>
        {
            var accepted = 0;
            foreach (var number in Numbers(cases))
            {
                Volatile.Write(ref running, number);
                var input = Input(inputs, number);
                var allocated = Survive(number, input, decode, isRefusal, ref accepted);
                Assert.True(
                    allocated <= (input.Length * BytesPerInputByte) + bytesPerCase,
                    $"Case {number} ({Show(input)}) allocated {allocated} bytes for {input.Length}.");
            }

            Assert.True(
                accepted > 0 || Only() is not null, "Nothing was accepted: the samples are no longer what is decoded.");
        });
        if (await Task.WhenAny(run, Task.Delay(Patience + Extra())) != run)
        {
            Assert.Fail($"Case {Volatile.Read(ref running)} does not end: {Show(Input(inputs, running))}");
        }

        await run;
    }

    private static IEnumerable<long> Numbers(int cases)
    {
        if (Only() is { } only)
        {
            yield return only;
            yield break;
        }

        var clock = Stopwatch.StartNew();
        for (var number = 0L; number < cases || clock.Elapsed < Extra(); number++)
        {
            yield return number;
        }
    }

    private static long? Only() =>
        Environment.GetEnvironmentVariable(CaseVariable) is { Length: > 0 } number
            ? long.Parse(number, CultureInfo.InvariantCulture)
            : null;

    private static TimeSpan Extra() =>
        Environment.GetEnvironmentVariable(SecondsVariable) is { Length: > 0 } seconds
            ? TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture))
            : TimeSpan.Zero;

    private static byte[] Input(Gen<byte[]> inputs, long number) =>
        inputs.Generate(new PCG((uint)number, (ulong)number), null, out _);

    /// <summary>Runs one case and returns what it allocated.</summary>
    private static long Survive(
        long number, byte[] input, Action<byte[]> decode, Func<Exception, bool> isRefusal, ref int accepted)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            decode(input);
            accepted++;
        }
        catch (Exception e) when (isRefusal(e))
        {
            Assert.False(string.IsNullOrWhiteSpace(e.Message), $"Case {number} is refused without a reason.");
        }
        catch (Exception e)
        {
            Assert.Fail($"Case {number} ({Show(input)}): {e}");
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Show(byte[] input) =>
        input.Length <= 2_000 ? Convert.ToHexString(input) : $"{input.Length} bytes";
}
