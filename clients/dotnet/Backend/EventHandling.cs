using Azure.Messaging.ServiceBus;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Backend;

/// <summary>Hands the messages of one event to the application, in order, and gathers its answers.</summary>
internal sealed class EventHandling(
    string backend,
    Func<BackendMessage, Answers, CancellationToken, ValueTask> onMessage,
    Func<BackendGap, CancellationToken, ValueTask>? onGap)
{
    /// <summary>The answers to send before the event is done; what the application throws is thrown on.</summary>
    public async Task<IReadOnlyList<ServiceBusMessage>> HandleAsync(
        EventSource source, GatewayNotice notice, CancellationToken cancellationToken)
    {
        var envelopes = new AnswerEnvelopes(backend, source);
        if (notice is GapEvent gap)
        {
            await ReportAsync(source, gap.Gap, cancellationToken).ConfigureAwait(false);
        }
        else if (notice is MessagesFrame frame)
        {
            foreach (var message in frame.Messages)
            {
                await HandleAsync(source, message, envelopes, cancellationToken).ConfigureAwait(false);
            }
        }

        return envelopes.Build();
    }

    private async ValueTask HandleAsync(
        EventSource source, GatewayMessage message, AnswerEnvelopes envelopes, CancellationToken cancellationToken)
    {
        if (message.Gone is not null)
        {
            await ReportAsync(source, new OffsetRange(message.Offset, message.Offset), cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        var answers = new Answers();
        var handed = new BackendMessage(
            source.Channel,
            new Position(source.Epoch, message.Offset),
            DateTimeOffset.FromUnixTimeMilliseconds(message.Time),
            message.User ?? string.Empty,
            message.Publisher ?? string.Empty,
            message.Number,
            message.Data.Utf8,
            source.IsResubmitted);
        await onMessage(handed, answers, cancellationToken).ConfigureAwait(false);
        envelopes.Add(message.Offset, answers);
    }

    private ValueTask ReportAsync(EventSource source, OffsetRange range, CancellationToken cancellationToken) =>
        onGap?.Invoke(new BackendGap(source.Channel, source.Epoch, range), cancellationToken)
            ?? ValueTask.CompletedTask;
}
