namespace ServerlessGateway.Client.Core;

/// <summary>
/// Epochs other than the reader's own that were met in frames (E2). Epochs have no order, so a frame can not tell
/// whether it is the first of a new log or the last of a dead one: only the server's answer can. Until then the highest
/// offset of each is remembered; the messages are not, since the log that wins has them.
/// </summary>
internal sealed class ForeignEpochs
{
    /// <summary>More at once than any failover makes; beyond, the first to come leaves.</summary>
    private const int MaxRemembered = 4;

    private readonly List<(string Epoch, long Highest)> _open = [];
    private readonly Queue<string> _dead = new();

    /// <summary>True where a question is open.</summary>
    public bool Any => _open.Count > 0;

    public bool IsDead(string epoch) => _dead.Contains(epoch);

    public void Note(string epoch, long offset)
    {
        var known = _open.FindIndex(entry => entry.Epoch == epoch);
        if (known >= 0)
        {
            _open[known] = (epoch, Math.Max(_open[known].Highest, offset));
            return;
        }

        if (_open.Count == MaxRemembered)
        {
            _open.RemoveAt(0);
        }

        _open.Add((epoch, offset));
    }

    /// <summary>What was met before a question is asked: the answer knows of all of it.</summary>
    public IReadOnlyList<(string Epoch, long Highest)> Snapshot() => [.. _open];

    /// <summary>An answer has decided against this epoch.</summary>
    public void Bury(string epoch)
    {
        _open.RemoveAll(entry => entry.Epoch == epoch);
        if (!IsDead(epoch))
        {
            if (_dead.Count == MaxRemembered)
            {
                _dead.Dequeue();
            }

            _dead.Enqueue(epoch);
        }
    }

    /// <summary>An answer has decided for this epoch; returns the highest offset that was met in it.</summary>
    public long Adopt(string epoch)
    {
        var highest = _open.Where(entry => entry.Epoch == epoch).Select(entry => entry.Highest).FirstOrDefault();
        _open.RemoveAll(entry => entry.Epoch == epoch);
        return highest;
    }
}
