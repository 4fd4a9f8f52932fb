using Microsoft.Extensions.Options;
using ServerlessGateway.Access;
using ServerlessGateway.Channels.Reading;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Requests;

/// <summary>Answers history, check and positions: what reads, and what only stores positions on the way.</summary>
internal sealed class ReadHandler(
    SessionRows rows, IChannelReader reader, PageReader pages, IOptions<GatewayOptions> options)
{
    public async Task<GatewayReply> HistoryAsync(
        HistoryRequest request, ClientContext context, CancellationToken cancellationToken)
    {
        await StorePositionsAsync(request, context, cancellationToken);
        if (!ChannelName.TryParse(request.Channel, out var channel))
        {
            return new HistoryAnswer(request.Id, ChannelPage.Failed(request.Channel, RequestErrors.InvalidChannel(request.Channel)));
        }

        if (!context.State.Capabilities.Allows(Rights.Subscribe, channel))
        {
            return new HistoryAnswer(request.Id, ChannelPage.Failed(request.Channel, RequestErrors.RightMissing("subscribe", channel)));
        }

        if (!request.Position.IsValid)
        {
            return new HistoryAnswer(request.Id, ChannelPage.Failed(request.Channel, RequestErrors.InvalidPosition(request.Position)));
        }

        var read = await pages.ReadAsync([(channel, request.Position)], cancellationToken);
        return new HistoryAnswer(request.Id, read[0]);
    }

    public async Task<GatewayReply> CheckAsync(
        CheckRequest request, ClientContext context, CancellationToken cancellationToken)
    {
        if (request.Channels.Count > options.Value.MaxChannelsPerSession)
        {
            return new ErrorReply(
                request.Id, RequestErrors.TooManyChannels(request.Channels.Count, options.Value.MaxChannelsPerSession));
        }

        await StorePositionsAsync(request, context, cancellationToken);
        var heads = new List<ChannelHead>(request.Channels.Count);
        foreach (var chunk in request.Channels.Chunk(16))
        {
            heads.AddRange(await Task.WhenAll(chunk.Select(channel => HeadAsync(channel, context, cancellationToken))));
        }

        return new CheckAnswer(request.Id, heads);
    }

    public async Task<GatewayReply> PositionsAsync(
        PositionsRequest request, ClientContext context, CancellationToken cancellationToken)
    {
        await StorePositionsAsync(request, context, cancellationToken);
        return new DoneAnswer(request.Id, "positions");
    }

    private async Task<ChannelHead> HeadAsync(string? name, ClientContext context, CancellationToken cancellationToken)
    {
        if (!ChannelName.TryParse(name, out var channel))
        {
            return new ChannelHead(name ?? string.Empty, string.Empty, 0, RequestErrors.InvalidChannel(name));
        }

        return context.State.Capabilities.Allows(Rights.Subscribe, channel)
            ? await reader.CheckAsync(channel, cancellationToken)
            : new ChannelHead(name, string.Empty, 0, RequestErrors.RightMissing("subscribe", channel));
    }

    private async Task StorePositionsAsync(GatewayRequest request, ClientContext context, CancellationToken cancellationToken)
    {
        if (request.Positions is { Count: > 0 })
        {
            await rows.MergeAsync(
                context.State.Session,
                stored => stored is null ? null : PositionMerge.Apply(stored, context.ConnectionId, request.Positions),
                cancellationToken);
        }
    }
}
