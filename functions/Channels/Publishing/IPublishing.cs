using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Publishing;

/// <summary>Makes publications durable.</summary>
internal interface IPublisher
{
    /// <summary>
    /// Takes the publications of one request, in order, already checked for rights and sizes. Answers item by item, within the limit of
    /// <see cref="PublishingOptions.AnswerWithin"/>; accepted means durable, and the accepted items of a channel are a prefix of those given.
    /// </summary>
    Task<IReadOnlyList<PublishItemAnswer>> PublishAsync(
        IReadOnlyList<Publication> publications, CancellationToken cancellationToken);
}
