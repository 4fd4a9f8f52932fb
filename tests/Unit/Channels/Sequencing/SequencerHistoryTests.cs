using CsCheck;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Protocol;
using static ServerlessGateway.Unit.Tests.Channels.Sequencing.SequencerRig;

namespace ServerlessGateway.Unit.Tests.Channels.Sequencing;

/// <summary>
/// Generated histories: two processes take turns with a session, answers of the store get lost, destinations fail,
/// envelopes are redelivered and sent twice. Whatever happens, the log holds every publication once and in order, and
/// whoever was not sent something was put under repair.
/// </summary>
public sealed class SequencerHistoryTests
{
    private static readonly ChannelName News = ChannelName.Parse("news");

    /// <summary>One delivery of an envelope, and what befalls it.</summary>
    /// <param name="Count">New publications in it.</param>
    /// <param name="Repeated">Publications before them that are repeated in it.</param>
    /// <param name="Process">Which process it is delivered to first.</param>
    /// <param name="LostAnswers">Commits that are written and not answered.</param>
    /// <param name="LockIsOver">The first delivery comes when the lock has ended.</param>
    /// <param name="BetaIsDown">One instance does not take sends.</param>
    /// <param name="Doubled">Delivered once more after it was completed.</param>
    private sealed record Delivery(
        int Count, int Repeated, int Process, int LostAnswers, bool LockIsOver, bool BetaIsDown, bool Doubled);

    private static readonly Gen<Delivery> Deliveries = Gen.Select(
        Gen.Int[1, 6], Gen.Int[0, 4], Gen.Int[0, 1], Gen.Int[0, 2], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[0, 9],
        (count, repeated, process, lost, locked, down, doubled) =>
            new Delivery(count, repeated, process, lost, locked == 0, down == 0, doubled == 0));

    [Fact]
    public void S2_S3_S4_every_publication_is_in_the_log_once_and_in_order_whatever_befalls_its_envelope() =>
        Deliveries.List[1, 12].Sample(deliveries => RunAsync(deliveries).GetAwaiter().GetResult(), iter: 150);

    private static async Task<bool> RunAsync(List<Delivery> deliveries)
    {
        await using var first = new SequencerRig();
        await using var second = new SequencerRig(first.Memory);
        SequencerRig[] processes = [first, second];
        var published = 0L;
        foreach (var delivery in deliveries)
        {
            var from = Math.Max(1, published + 1 - delivery.Repeated);
            published += delivery.Count;
            var envelope = EnvelopeOf([.. Enumerable.Range((int)from, (int)(published - from + 1)).Select(
                number => (number % 3 == 0 ? News : Orders, (long)number))]);
            await DeliverAsync(processes, delivery, envelope);
        }

        var log = await NumbersAsync(first, Orders);
        var news = await NumbersAsync(first, News);
        var sent = processes.SelectMany(process => process.Sender.Sent).Where(sent => sent.Instance == Alpha)
            .Select(sent => sent.Notice).OfType<MessagesFrame>()
            .SelectMany(frame => frame.Messages.Select(message => (frame.Channel, message.Offset))).Distinct().Count();
        return log.Concat(news).Order().SequenceEqual(Enumerable.Range(1, (int)published).Select(number => (long)number))
            && log.SequenceEqual(log.Order()) && news.SequenceEqual(news.Order())
            && sent == log.Count + news.Count;
    }

    private static async Task DeliverAsync(SequencerRig[] processes, Delivery delivery, Envelope envelope)
    {
        var process = processes[delivery.Process];
        var other = processes[1 - delivery.Process];
        process.Log.LostAnswers = delivery.LostAnswers;
        if (delivery.BetaIsDown)
        {
            process.Sender.Down.Add(Beta);
        }

        var message = process.MessageOf(envelope);
        var lockedUntil = process.Time.GetUtcNow() + TimeSpan.FromSeconds(delivery.LockIsOver ? 0 : 30);
        var result = await process.DriveAsync(
            process.Sequencer.HandleAsync(message, lockedUntil, CancellationToken.None), TimeSpan.FromMilliseconds(200));
        process.Log.LostAnswers = 0;
        process.Sender.Down.Clear();
        if (result is SequencingResult.Leave)
        {
            Assert.IsType<SequencingResult.Complete>(await other.HandleAsync(message));
        }

        if (delivery.Doubled)
        {
            Assert.IsType<SequencingResult.Complete>(await other.HandleAsync(message));
        }
    }

    private static async Task<List<long>> NumbersAsync(SequencerRig rig, ChannelName channel) =>
        (await rig.Memory.ReadHeadAsync(channel, CancellationToken.None)).Head is null
            ? []
            : [.. (await rig.EntriesAsync(channel)).Select(entry => entry.Number)];
}
