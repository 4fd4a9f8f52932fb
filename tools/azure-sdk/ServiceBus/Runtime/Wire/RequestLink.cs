using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>Requests and their answers over a pair of links: <c>$cbs</c> and <c>$management</c> speak like this.</summary>
internal sealed class RequestLink
{
    private readonly SendingLink _requests;
    private readonly ReceivingLink _answers;
    private readonly string _replyTo;
    private readonly Dictionary<string, TaskCompletionSource<Message>> _waiting = [];
    private readonly Lock _waitingGate = new();
    private readonly CancellationTokenSource _closing;
    private readonly Task _reading;
    private long _lastId;
    private AmqpFault? _fault;

    private RequestLink(AmqpConnection connection, SendingLink requests, ReceivingLink answers, string replyTo)
    {
        _requests = requests;
        _answers = answers;
        _replyTo = replyTo;
        _closing = CancellationTokenSource.CreateLinkedTokenSource(connection.Ended);
        _reading = ReadAnswersAsync(_closing.Token);
    }

    public bool IsOpen => _requests.IsOpen && _answers.IsOpen && _fault is null;

    public static async Task<RequestLink> OpenAsync(
        AmqpConnection connection, string address, Fields properties, CancellationToken cancellationToken)
    {
        var replyTo = $"reply-{Guid.NewGuid():N}";
        var session = await AmqpSession.BeginAsync(connection, cancellationToken).ConfigureAwait(false);
        var answers = new ReceivingLink(connection, session, $"{replyTo}-answers");
        var requests = new SendingLink(connection, session, $"{replyTo}-requests");
        try
        {
            await answers.AttachAsync(
                new Attach
                {
                    Source = new Source { Address = address },
                    Target = new Target { Address = replyTo },
                    SndSettleMode = SenderSettleMode.Settled,
                    Properties = properties,
                },
                cancellationToken).ConfigureAwait(false);
            await requests.AttachAsync(
                new Attach
                {
                    Source = new Source { Address = replyTo },
                    Target = new Target { Address = address },
                    Properties = properties,
                },
                cancellationToken).ConfigureAwait(false);
            return new RequestLink(connection, requests, answers, replyTo);
        }
        catch
        {
            session.SendEnd();
            throw;
        }
    }

    public async Task<Message> RequestAsync(Message request, CancellationToken cancellationToken)
    {
        var id = $"{Interlocked.Increment(ref _lastId)}";
        var answer = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        request.Properties = new Properties { MessageId = id, ReplyTo = _replyTo };
        lock (_waitingGate)
        {
            if (_fault is { } fault)
            {
                throw new AmqpFault(fault.Condition, fault.Message, fault);
            }

            _waiting[id] = answer;
        }

        try
        {
            var encoded = request.Encode();
            var outcome = await _requests.SendAsync(
                encoded.Buffer.AsMemory(encoded.Offset, encoded.Length), 0, cancellationToken).ConfigureAwait(false);
            return outcome is Rejected rejected
                ? throw AmqpFault.From(rejected.Error, "amqp:internal-error")
                : await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_waitingGate)
            {
                _waiting.Remove(id);
            }
        }
    }

    public async Task CloseAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        _answers.Close();
        _requests.Close();
        await _reading.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task ReadAnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                foreach (var answer in await _answers.ReceiveAsync(1, 10, cancellationToken).ConfigureAwait(false))
                {
                    _answers.Accept(answer);
                    Complete(answer.Message);
                }
            }
        }
        catch (Exception e) when (e is AmqpFault or OperationCanceledException)
        {
            lock (_waitingGate)
            {
                _fault = e as AmqpFault
                    ?? new AmqpFault(AmqpFault.ConnectionLost, "The link for requests was closed.", e);
                foreach (var waiter in _waiting.Values)
                {
                    waiter.TrySetException(_fault);
                    _ = waiter.Task.Exception;
                }
            }
        }
    }

    private void Complete(Message answer)
    {
        lock (_waitingGate)
        {
            if (_waiting.TryGetValue(answer.Properties?.GetCorrelationId()?.ToString() ?? string.Empty, out var waiter))
            {
                waiter.TrySetResult(answer);
            }
        }
    }
}
