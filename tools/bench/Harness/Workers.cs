namespace ServerlessGateway.Bench.Harness;

/// <summary>Several workers that do the same until they are told to stop.</summary>
internal static class Workers
{
    /// <summary>
    /// Each worker does one piece after the other. The first that fails fails all: figures of a broken run mean nothing.
    /// </summary>
    public static async Task RunAsync(int count, Func<int, Task> piece, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, count).Select(worker => Task.Run(
            async () =>
            {
                try
                {
                    while (!stop.IsCancellationRequested)
                    {
                        await piece(worker);
                    }
                }
                catch
                {
                    await stop.CancelAsync();
                    throw;
                }
            },
            CancellationToken.None)));
    }
}
