using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Reading;

/// <summary>How reading goes on from a position, decided from the head alone.</summary>
/// <param name="Outcome">Started, recovered, gap or reset.</param>
/// <param name="Epoch">The head's epoch; <c>""</c> where there is no head.</param>
/// <param name="From">The next offset to deliver.</param>
/// <param name="Head">The head's last offset; 0 where there is none.</param>
/// <param name="Gap">What can not be had.</param>
internal readonly record struct ResumeDecision(Outcome Outcome, string Epoch, long From, long Head, OffsetRange? Gap)
{
    /// <summary>
    /// Decides. Never a partial replay called recovered: whatever is missing is named. Epochs are compared for equality only, since
    /// clocks skew; an offset above the head can only come from a log that was lost, so it resets (rule E3).
    /// </summary>
    public static ResumeDecision Of(Head? head, Position? position)
    {
        var epoch = head?.Epoch ?? string.Empty;
        var last = head?.LastOffset ?? 0;
        var firstRetained = head?.FirstRetained ?? 1;
        if (position is not { } known)
        {
            return new ResumeDecision(Outcome.Started, epoch, last + 1, last, null);
        }

        // A client that has seen no epoch yet takes whichever the channel has, from its beginning.
        var isSameLog = known.Epoch.Length == 0 || known.Epoch == epoch;
        if (!isSameLog || known.Offset > last)
        {
            return new ResumeDecision(Outcome.Reset, epoch, firstRetained, last, null);
        }

        return known.Offset + 1 < firstRetained
            ? new ResumeDecision(Outcome.Gap, epoch, firstRetained, last, new OffsetRange(known.Offset + 1, firstRetained - 1))
            : new ResumeDecision(Outcome.Recovered, epoch, known.Offset + 1, last, null);
    }
}
