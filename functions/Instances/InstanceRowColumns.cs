using Azure.Data.Tables;

namespace ServerlessGateway.Instances;

/// <summary>
/// An instance's row as columns. Missing ones have their defaults, so an older process's rows can be read.
/// </summary>
internal static class InstanceRowColumns
{
    public static TableEntity Write(InstanceRow row, string partition) => new(partition, row.Name.Value)
    {
        ["state"] = row.State.ToString(),
        ["since"] = row.Since,
        ["wanted"] = row.Repair.Wanted,
        ["done"] = row.Repair.Done,
        ["skip"] = row.Repair.Skip,
        ["turn"] = row.Repair.Turn,
        ["turnAt"] = TimeOrEpoch(row.Repair.TurnAt),
        ["failures"] = row.Repair.Failures,
        ["answered"] = row.Repair.Answered,
        // A merge can not take a column away, so "none" is a value.
        ["checkDue"] = row.Repair.CheckDue ?? DateTimeOffset.UnixEpoch,
        ["checkedAt"] = TimeOrEpoch(row.Repair.CheckedAt),
        ["windowMs"] = (long)row.Repair.Window.TotalMilliseconds,
        ["throttled"] = row.Repair.Throttled,
    };

    /// <summary>Reads a row.</summary>
    /// <exception cref="InvalidDataException">The name or the state is none that this version knows.</exception>
    public static InstanceRow Read(TableEntity entity)
    {
        if (!InstanceName.TryParse(entity.RowKey, out var name) || !Enum.TryParse<InstanceState>(entity.GetString("state"), out var state))
        {
            throw new InvalidDataException(
                $"The instance '{entity.RowKey}' has the state '{entity.GetString("state")}', which this version does not know.");
        }

        return new InstanceRow(name, state, entity.GetDateTimeOffset("since") ?? default, entity.ETag.ToString())
        {
            Repair = new RepairState
            {
                Wanted = entity.GetInt64("wanted") ?? 0,
                Done = entity.GetInt64("done") ?? 0,
                Skip = entity.GetBoolean("skip") ?? false,
                Turn = entity.GetInt64("turn") ?? 0,
                TurnAt = entity.GetDateTimeOffset("turnAt") ?? DateTimeOffset.UnixEpoch,
                Failures = entity.GetInt32("failures") ?? 0,
                Answered = entity.GetInt64("answered") ?? 0,
                CheckDue = entity.GetDateTimeOffset("checkDue") is { } due && due > DateTimeOffset.UnixEpoch ? due : null,
                CheckedAt = entity.GetDateTimeOffset("checkedAt") ?? DateTimeOffset.UnixEpoch,
                Window = TimeSpan.FromMilliseconds(entity.GetInt64("windowMs") ?? 0),
                Throttled = entity.GetBoolean("throttled") ?? false,
            },
        };
    }

    /// <summary>The store's times begin in 1601.</summary>
    private static DateTimeOffset TimeOrEpoch(DateTimeOffset time) =>
        time > DateTimeOffset.UnixEpoch ? time : DateTimeOffset.UnixEpoch;
}
