using Microsoft.Extensions.Options;

namespace ServerlessGateway.Instances;

/// <summary>
/// The instances as this process holds them: a list that is never used for longer than <see
/// cref="InstanceHold.Longest"/> after its read began (rule I1). Who reads it also makes sure that every configured
/// instance has a row, and opens instances whose time of activation is over: so no timer and no leader is needed.
/// </summary>
internal sealed class InstanceRegistry(IInstanceStore store, TimeProvider time, IOptions<InstancesOptions> options)
{
    /// <summary>Others write a row once, so what was lost is found by the next read; more would be a store gone wild.</summary>
    private const int MaxAttempts = 4;

    private readonly Lock _lock = new();
    private readonly IReadOnlyList<InstanceName> _configured =
        [.. options.Value.Instances.Select(instance => InstanceName.Parse(instance.Name))];

    private Held? _held;
    private Held? _reading;

    /// <summary>All rows, at most 5 s old. An exception means that the store did not answer.</summary>
    public async Task<IReadOnlyList<InstanceRow>> ListAsync(CancellationToken cancellationToken)
    {
        Held held;
        lock (_lock)
        {
            if (_held is { } fresh && IsUsable(fresh))
            {
                return fresh.Rows;
            }

            // Callers share one read, begun no longer ago than a held list may be old.
            held = _reading = _reading is { } running && IsUsable(running) ? running : new Held(time.GetUtcNow());
            held.Read ??= ReadAsync(held);
        }

        return await held.Read.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Where sequenced messages go now: every instance that is not stopped, except those that are skipped until
    /// repaired.
    /// </summary>
    public async Task<IReadOnlyList<InstanceRow>> ListDestinationsAsync(CancellationToken cancellationToken) =>
        [.. (await ListAsync(cancellationToken)).Where(row => row.IsDestination && !row.Repair.Skip)];

    /// <summary>One row by a read that begins after the call; null where there is none.</summary>
    public async Task<InstanceRow?> ReadAsync(InstanceName name, CancellationToken cancellationToken)
    {
        var held = new Held(time.GetUtcNow());
        var rows = await store.ListAsync(cancellationToken);
        Keep(held, rows);
        return rows.FirstOrDefault(row => row.Name == name);
    }

    /// <summary>
    /// Writes a row under its tag and puts the result into the held list; null where somebody else wrote first.
    /// </summary>
    public async Task<InstanceRow?> WriteAsync(InstanceRow row, CancellationToken cancellationToken)
    {
        var written = await store.WriteAsync(row, cancellationToken);
        lock (_lock)
        {
            if (_held is { } held)
            {
                // A row that somebody else changed is not known any more, so neither is the list.
                _held = written is null ? null : held.With(written);
            }
        }

        return written;
    }

    private bool IsUsable(Held held) => time.GetUtcNow() - held.BeganAt < InstanceHold.Longest;

    private async Task<IReadOnlyList<InstanceRow>> ReadAsync(Held held)
    {
        try
        {
            // Nobody's token: others share this read. The store's own time-out ends it.
            var rows = await EnsureAsync(await store.ListAsync(CancellationToken.None));
            Keep(held, rows);
            return rows;
        }
        finally
        {
            lock (_lock)
            {
                if (_reading == held)
                {
                    _reading = null;
                }
            }
        }
    }

    private void Keep(Held held, IReadOnlyList<InstanceRow> rows)
    {
        lock (_lock)
        {
            if (_held is null || _held.BeganAt <= held.BeganAt)
            {
                _held = held with { Rows = rows };
            }
        }
    }

    /// <summary>
    /// Adds rows for instances that have none, and opens those that every process knows by now. Whoever loses a write to
    /// another process reads again: a list without that row would be held for seconds, and send nothing there.
    /// </summary>
    private async Task<IReadOnlyList<InstanceRow>> EnsureAsync(IReadOnlyList<InstanceRow> rows)
    {
        if (rows.Count == 0)
        {
            // The first instances of a gateway open at once, since no process can hold a list from before them. Together, so
            // that no process finds some of them and takes the others for new ones.
            var now = time.GetUtcNow();
            await store.FoundAsync(
                [.. _configured.Select(name => new InstanceRow(name, InstanceState.Active, now))], CancellationToken.None);
            rows = await store.ListAsync(CancellationToken.None);
        }

        for (var attempt = 1; ; attempt++)
        {
            var (ensured, lost) = await WriteWantedAsync(rows);
            if (!lost || attempt == MaxAttempts)
            {
                return [.. ensured.OrderBy(row => row.Name.Value, StringComparer.Ordinal)];
            }

            rows = await store.ListAsync(CancellationToken.None);
        }
    }

    private async Task<(IReadOnlyCollection<InstanceRow> Rows, bool Lost)> WriteWantedAsync(IReadOnlyList<InstanceRow> rows)
    {
        var now = time.GetUtcNow();
        List<InstanceRow> wanted =
        [
            .. _configured.Where(name => rows.All(row => row.Name != name))
                .Select(name => new InstanceRow(name, InstanceState.Activating, now)),
            .. rows.Where(row => row.State == InstanceState.Activating && now - row.Since >= InstanceHold.Settled)
                .Select(row => row with { State = InstanceState.Active, Since = now }),
        ];
        var ensured = rows.ToDictionary(row => row.Name);
        var lost = false;
        foreach (var row in wanted)
        {
            var written = await store.WriteAsync(row, CancellationToken.None);
            lost |= written is null;
            ensured[row.Name] = written ?? row;
        }

        return (ensured.Values, lost);
    }

    private sealed record Held(DateTimeOffset BeganAt)
    {
        public IReadOnlyList<InstanceRow> Rows { get; init; } = [];

        public Task<IReadOnlyList<InstanceRow>>? Read { get; set; }

        public Held With(InstanceRow row) =>
            this with { Rows = [.. Rows.Select(known => known.Name == row.Name ? row : known)], Read = null };
    }
}
