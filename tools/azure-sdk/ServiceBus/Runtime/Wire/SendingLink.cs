using System.Buffers.Binary;
using Amqp.Framing;

namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>
/// Sends messages and hands out what the broker made of them. Many may wait for their outcome side by side; they leave
/// one after the other, whole.
/// </summary>
internal sealed class SendingLink(AmqpConnection connection, AmqpSession session, string name)
    : AmqpLink(connection, session, name)
{
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private uint _deliveryCount;
    private uint _credit;

    public override bool IsReceiver => false;

    /// <summary>The largest message that the broker takes; 0 when it did not say.</summary>
    public ulong MaxMessageBytes { get; private set; }

    /// <summary>Sends a message. A cancelled wait says nothing about what became of it.</summary>
    public async Task<DeliveryState?> SendAsync(
        ReadOnlyMemory<byte> message, uint format, CancellationToken cancellationToken)
    {
        uint id;
        Task<DeliveryState?> outcome;
        await _oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            (id, outcome) = await TransferAsync(message, format, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _oneAtATime.Release();
        }

        try
        {
            return await outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Session.ForgetDelivery(id);
        }
    }

    public override void OnFlowLocked(Flow flow)
    {
        var known = flow.HasField(5) ? flow.DeliveryCount : 0;
        _credit = (uint)Math.Max(0, (int)(known + flow.LinkCredit - _deliveryCount));
        if (flow.Drain)
        {
            _deliveryCount += _credit;
            _credit = 0;
        }

        if (flow.Drain || flow.Echo)
        {
            Session.SendFlowLocked(new Flow
            {
                Handle = Handle,
                DeliveryCount = _deliveryCount,
                LinkCredit = _credit,
                Drain = flow.Drain,
            });
        }

        Changed.Signal();
    }

    protected override void OnAttachedLocked(Attach attach) => MaxMessageBytes = attach.MaxMessageSize;

    private async Task<(uint Id, Task<DeliveryState?> Outcome)> TransferAsync(
        ReadOnlyMemory<byte> message, uint format, CancellationToken cancellationToken)
    {
        (uint Id, Task<DeliveryState?> Outcome) delivery = default;
        await UntilAsync(
            () =>
            {
                if (_credit == 0)
                {
                    return false;
                }

                _credit--;
                _deliveryCount++;
                delivery = Session.BeginDeliveryLocked();
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        try
        {
            await TransferFramesAsync(delivery.Id, message, format, cancellationToken).ConfigureAwait(false);
            return delivery;
        }
        catch
        {
            // Half a message is on its way: only the end of the link ends it.
            Session.ForgetDelivery(delivery.Id);
            Close();
            throw;
        }
    }

    private async Task TransferFramesAsync(
        uint id, ReadOnlyMemory<byte> message, uint format, CancellationToken cancellationToken)
    {
        var room = Connection.RemoteMaxFrameBytes - FrameCodec.HeaderBytes - FrameCodec.PerformativeReserve;
        var tag = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(tag, id);
        do
        {
            var part = message[..Math.Min(room, message.Length)];
            message = message[part.Length..];
            var transfer = new Transfer
            {
                Handle = Handle,
                DeliveryId = id,
                DeliveryTag = tag,
                MessageFormat = format,
                Settled = false,
                More = message.Length > 0,
            };
            await Session.TransferAsync(transfer, part, cancellationToken).ConfigureAwait(false);
        }
        while (message.Length > 0);
    }
}
