using ServerlessGateway.Client.Wire;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>What arrives: frames of the service, answers and notices of the gateway.</summary>
internal sealed partial class ClientCore
{
    /// <summary>Requests whose ack is there, and when to stop waiting for their answer.</summary>
    private readonly OrderedDictionary<long, TimeSpan> _acked = [];

    private void OnFrame(ReadOnlyMemory<byte> utf8)
    {
        _lastHeard = _context.Now;
        switch (ServiceFrameCodec.Decode(utf8))
        {
            case ConnectedFrame:
                OnGreeting();
                break;
            case DisconnectedFrame frame:
                Lose(ErrorDetail.Of(ErrorCodes.InstanceClosed, "The service closes the connection.", frame.Message));
                break;
            case ServerFrame frame when ReplyCodec.Decode(frame.Data.Span) is { } reply:
                OnReply(reply);
                break;
            // What is said to all clients of an instance comes from the server, not from a group.
            case ServerFrame frame when RequestCodec.DecodeNotice(frame.Data.Span) is { } notice:
                OnNotice(notice);
                break;
            case GroupFrame frame when RequestCodec.DecodeNotice(frame.Data.Span) is { } notice:
                OnNotice(notice);
                break;
            case AckFrame frame when _pending.ContainsKey(frame.AckId):
                _lastAnswer = _context.Now;
                _acked[frame.AckId] = frame.Success ? _context.Now + _context.Options.AnswerGrace : _context.Now;
                break;
        }
    }

    /// <summary>
    /// An ack without an answer leaves the outcome unknown. Answers come before their ack; the grace is for a service
    /// that one day turns the two round.
    /// </summary>
    private void PumpAcked()
    {
        foreach (var (id, _) in _acked.Where(acked => acked.Value <= _context.Now).ToList())
        {
            _acked.Remove(id);
            if (_pending.Remove(id, out var request))
            {
                OnUnanswered(request, null);
            }
        }
    }

    private void OnNotice(GatewayNotice notice)
    {
        switch (notice)
        {
            case MessagesFrame frame:
                ReaderOf(frame.Channel)?.OnMessages(frame);
                break;
            case HeadNotice head:
                ReaderOf(head.Channel)?.OnNotice(head);
                break;
            case CheckNotice check:
                var window = TimeSpan.FromMilliseconds(Math.Max(0, check.WindowMs));
                var due = _context.Now + _context.PartOf(window) + _context.Options.CheckDelay;

                // One check answers several notices, where it is asked long enough after the last of them.
                _noticeDue = _noticeDue is { } planned ? Max(planned, _context.Now + _context.Options.CheckDelay) : due;
                break;
        }
    }

    private ChannelReader? ReaderOf(string channel) =>
        ChannelName.TryParse(channel, out var name) && _readers.TryGetValue(name, out var reader) ? reader : null;

    private void OnReply(GatewayReply reply)
    {
        _lastAnswer = _context.Now;
        _pending.Remove(reply.Id, out var request);
        _acked.Remove(reply.Id);
        if (reply is ErrorReply error)
        {
            OnError(request, error.Error);
            return;
        }

        switch (request, reply)
        {
            case (PendingPublish, PublishAnswer answer):
                _outbox.OnAnswer(answer);
                break;
            case (PendingJoin join, SubscribeAnswer answer):
                OnJoined(join.Readers, answer);
                break;
            case (PendingRead read, HistoryAnswer answer):
                OnRead(read.Reader, answer.Page);
                break;
            case (PendingCheck check, CheckAnswer answer):
                OnChecked(check.Readers, answer);
                break;
            case (PendingLeave or PendingPositions or null, _):
                break;
            default:
                // An answer of another kind than was asked for tells nothing.
                OnUnanswered(request, null);
                break;
        }

        RemoveEnded();
    }

    /// <summary>A reader that left meanwhile, or was replaced, is no longer among those that are asked.</summary>
    private void OnJoined(IReadOnlyList<ChannelReader> readers, SubscribeAnswer answer)
    {
        foreach (var reader in readers.Where(IsCurrent))
        {
            if (answer.Channels.FirstOrDefault(page => page.Channel == reader.Channel.Value) is { } page)
            {
                reader.OnPage(page);
            }
            else
            {
                reader.AskFailed(null);
            }
        }
    }

    private void OnRead(ChannelReader reader, ChannelPage page)
    {
        if (IsCurrent(reader))
        {
            reader.OnPage(page);
        }
    }

    private void OnChecked(IReadOnlyList<ChannelReader> readers, CheckAnswer answer)
    {
        ErrorDetail? failure = null;
        var isAnswered = true;
        foreach (var reader in readers.Where(IsCurrent))
        {
            var head = answer.Channels.FirstOrDefault(head => head.Channel == reader.Channel.Value);
            if (head is { Error: null })
            {
                reader.OnHead(head);
            }
            else if (head?.Error is { } error && ErrorCode.VerdictOf(error.Code) == Verdict.Stop)
            {
                reader.End(error);
            }
            else
            {
                (isAnswered, failure) = (false, head?.Error);
            }
        }

        if (isAnswered)
        {
            _checkFailures = 0;
        }
        else
        {
            CheckAgain(failure);
        }
    }

    private bool IsCurrent(ChannelReader reader) =>
        _readers.TryGetValue(reader.Channel, out var current) && current == reader;

    private void OnError(PendingRequest? request, ErrorDetail error)
    {
        switch (ErrorCode.VerdictOf(error.Code))
        {
            case Verdict.Reconnect or Verdict.Authenticate:
                Restore(request);
                Lose(error);
                break;
            case Verdict.Stop when request is PendingPublish:
                _outbox.OnRequestRefused(error);
                break;
            case Verdict.Stop when request is PendingJoin join:
                OnJoinRefused(join.Readers, error);
                break;
            case Verdict.Stop when request is PendingRead read && IsCurrent(read.Reader):
                read.Reader.End(error);
                RemoveEnded();
                break;
            case Verdict.Stop:
                break;
            default:
                OnUnanswered(request, error);
                break;
        }
    }

    /// <summary>One channel of several may be the reason: each is asked for alone before any is given up.</summary>
    private void OnJoinRefused(IReadOnlyList<ChannelReader> readers, ErrorDetail error)
    {
        foreach (var reader in readers.Where(IsCurrent))
        {
            if (readers.Count == 1)
            {
                reader.End(error);
            }
            else
            {
                reader.JoinsAlone = true;
                reader.AskFailed(null);
            }
        }

        RemoveEnded();
    }

    /// <summary>There is no usable answer: unknown, so ask again after a back-off.</summary>
    private void OnUnanswered(PendingRequest? request, ErrorDetail? error)
    {
        Restore(request);
        switch (request)
        {
            case PendingPublish:
                _outbox.OnUnanswered(error);
                break;
            case PendingJoin join:
                foreach (var reader in join.Readers.Where(IsCurrent))
                {
                    reader.AskFailed(error);
                }

                break;
            case PendingRead read:
                read.Reader.AskFailed(error);
                break;
            case PendingCheck:
                CheckAgain(error);
                break;
        }
    }

    /// <summary>
    /// A notice is told once: a check that was not answered is asked again, and not only when the channels were idle for
    /// minutes.
    /// </summary>
    private void CheckAgain(ErrorDetail? error) => _noticeDue ??= _context.Now + _context.BackOff(_checkFailures++, error);

    private void Restore(PendingRequest? request)
    {
        if (request is { HasPositions: true })
        {
            foreach (var reader in _readers.Values.Where(reader => reader.Processed is not null))
            {
                reader.HasNewPosition = true;
            }
        }

        if (request is not null)
        {
            RestoreLeaving(request);
            _leaveDue = _context.Now + _context.BackOff(3);
        }
    }
}
