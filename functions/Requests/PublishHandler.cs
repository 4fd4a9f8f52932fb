using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessGateway.Access;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Requests;

/// <summary>
/// Checks the items of a publish request and hands on those that may go. What is accepted of a channel is a prefix of
/// what was asked (P3): behind the first item that was not accepted, every later one of its channel is answered
/// <c>retry</c> and is not handed on. Else a refused item in the middle would be overtaken, and its repetition dropped
/// as a duplicate.
/// </summary>
internal sealed class PublishHandler(IPublisher publisher, IOptions<GatewayOptions> options, ILogger<PublishHandler> log)
{
    private const int PublisherIdLength = 32;

    public async Task<GatewayReply> HandleAsync(
        PublishRequest request, ClientContext context, CancellationToken cancellationToken)
    {
        if (CheckWhole(request) is { } error)
        {
            return new ErrorReply(request.Id, error);
        }

        var answers = new PublishItemAnswer?[request.Items.Count];
        var publications = Check(request, context, answers);
        var handed = publications.Count == 0 ? [] : await PublishAsync(publications, cancellationToken);
        return new PublishAnswer(request.Id, Combine(request.Items, answers, handed));
    }

    private ErrorDetail? CheckWhole(PublishRequest request)
    {
        if (request.Publisher is not { Length: PublisherIdLength } || !request.Publisher.All(char.IsAsciiHexDigitLower))
        {
            return ErrorDetail.Of(
                ErrorCodes.InvalidPublication, "A publisher id is 32 lower-case hexadecimal digits.", request.Publisher, PublisherIdLength);
        }

        if (request.Items.Count > options.Value.MaxPublicationsPerRequest)
        {
            return ErrorDetail.Of(
                ErrorCodes.TooManyPublications, "More publications in one request than allowed; send them in several.",
                request.Items.Count, options.Value.MaxPublicationsPerRequest);
        }

        return request.Items.Any(item => item is null) ? RequestErrors.Malformed("An item is an object.", "null") : null;
    }

    /// <summary>Fills in the answers of items that are not handed on, and returns the others.</summary>
    private List<Publication> Check(PublishRequest request, ClientContext context, PublishItemAnswer?[] answers)
    {
        var key = PublisherKey.OfClient(context.State.User, request.Publisher);
        var publications = new List<Publication>(answers.Length);
        // The last number handed on per channel; the highest there is once an item was refused, so that nothing follows
        // it.
        var lastNumbers = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var at = 0; at < answers.Length; at++)
        {
            var item = request.Items[at];
            var last = lastNumbers.GetValueOrDefault(item.Channel);
            if (last == long.MaxValue)
            {
                answers[at] = PublishAnswers.BehindEarlier;
            }
            else if (Refusal(item, last, context) is { } refusal)
            {
                answers[at] = new PublishItemAnswer(PublishStatus.Refused, refusal);
                lastNumbers[item.Channel] = long.MaxValue;
            }
            else
            {
                lastNumbers[item.Channel] = item.Number;
                publications.Add(new Publication(
                    ChannelName.Parse(item.Channel), key, request.Publisher, context.State.User, item.Number, item.Data));
            }
        }

        return publications;
    }

    private ErrorDetail? Refusal(PublishItem item, long lastNumber, ClientContext context)
    {
        if (!ChannelName.TryParse(item.Channel, out var channel))
        {
            return RequestErrors.InvalidChannel(item.Channel);
        }

        if (!context.State.Capabilities.Allows(Rights.Publish, channel))
        {
            return RequestErrors.RightMissing("publish", channel);
        }

        if (item.Number is < 1 or long.MaxValue)
        {
            return ErrorDetail.Of(ErrorCodes.InvalidPublication, "A number is at least 1 and below 2^63 - 1.", item.Number);
        }

        if (item.Number <= lastNumber)
        {
            // It would be taken for a duplicate of the one before: acknowledged, and dropped.
            return ErrorDetail.Of(
                ErrorCodes.InvalidPublication, "Numbers rise within a channel; an earlier item has this one or a higher.", item.Number);
        }

        return item.Data.Length > options.Value.MaxPayloadBytes
            ? ErrorDetail.Of(
                ErrorCodes.PayloadTooLarge, "The payload is over the limit, in bytes of UTF-8.", item.Data.Length, options.Value.MaxPayloadBytes)
            : null;
    }

    private async Task<IReadOnlyList<PublishItemAnswer>> PublishAsync(
        List<Publication> publications, CancellationToken cancellationToken)
    {
        try
        {
            var answers = await publisher.PublishAsync(publications, cancellationToken);
            return answers.Count == publications.Count
                ? answers
                : throw new UnreachableException("The publisher must answer item by item.");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Some may be durable: the client repeats all under the same numbers, which is harmless.
            RequestLog.PublishFailed(log, exception);
            return [.. Enumerable.Repeat(PublishAnswers.OutcomeUnknown, publications.Count)];
        }
    }

    /// <summary>
    /// Puts the two kinds of answers together; behind the first item of a channel that was not accepted all are retry.
    /// </summary>
    private static PublishItemAnswer[] Combine(
        IReadOnlyList<PublishItem> items, PublishItemAnswer?[] answers, IReadOnlyList<PublishItemAnswer> handed)
    {
        var combined = new PublishItemAnswer[answers.Length];
        var broken = new HashSet<string>(StringComparer.Ordinal);
        var next = 0;
        for (var at = 0; at < answers.Length; at++)
        {
            var answer = answers[at] ?? handed[next++];
            combined[at] = answer.Status == PublishStatus.Retry || !broken.Contains(items[at].Channel)
                ? answer
                : PublishAnswers.BehindEarlier;
            if (answer.Status != PublishStatus.Accepted)
            {
                broken.Add(items[at].Channel);
            }
        }

        return combined;
    }
}
