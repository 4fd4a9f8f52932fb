using System.Buffers;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.Contract.Tests.AzureSdk.Local;

/// <summary>One connection of a <see cref="ScriptedPeer"/>: its links by channel and handle, and what arrived of each.</summary>
internal sealed class PeerConnection(Stream stream)
{
    private readonly Dictionary<(ushort Channel, uint Handle), string> _targets = [];
    private readonly Dictionary<ushort, uint> _answerLinks = [];
    private readonly Dictionary<ushort, (uint NextIncoming, uint Received)> _windows = [];
    private readonly Dictionary<(ushort Channel, uint Handle), MemoryStream> _parts = [];
    private uint _nextAnswer;

    public Stream Stream => stream;

    public void Send(ushort channel, DescribedList? performative, ReadOnlySpan<byte> payload = default, byte type = FrameCodec.Amqp)
    {
        var buffer = new ArrayBufferWriter<byte>();
        FrameCodec.Write(buffer, type, channel, performative, payload);
        stream.Write(buffer.WrittenSpan);
    }

    public void Attach(ushort channel, Attach attach, uint window)
    {
        var isSender = !attach.Role;
        Send(channel, new Attach
        {
            LinkName = attach.LinkName,
            Handle = attach.Handle,
            Role = isSender,
            Source = attach.Source,
            Target = attach.Target,
            InitialDeliveryCount = 0,
            MaxMessageSize = 1024 * 1024,
        });
        if (isSender)
        {
            _targets[(channel, attach.Handle)] = ((Target)attach.Target).Address;
            Flow(channel, window, attach.Handle);
        }
        else
        {
            _answerLinks[channel] = attach.Handle;
        }
    }

    public void Receive(
        ushort channel, Transfer transfer, ReadOnlyMemory<byte> payload, uint window, Func<Message, DeliveryState?> answer)
    {
        var (next, received) = _windows.GetValueOrDefault(channel);
        _windows[channel] = (next + 1, received + 1);
        var link = (channel, transfer.Handle);
        (_parts.TryGetValue(link, out var parts) ? parts : _parts[link] = new MemoryStream()).Write(payload.Span);
        if ((received + 1) % window == 0)
        {
            Flow(channel, window);
        }

        if (transfer.More)
        {
            return;
        }

        var bytes = _parts[link].ToArray();
        _parts.Remove(link);
        var message = Message.Decode(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length));
        var outcome = _targets[link] == "$cbs" ? new Accepted() : answer(message);
        if (outcome is not null)
        {
            Send(channel, new Dispose
            {
                Role = true,
                First = transfer.DeliveryId,
                Last = transfer.DeliveryId,
                Settled = true,
                State = outcome,
            });
        }

        if (_targets[link] == "$cbs")
        {
            AnswerClaim(channel, message);
        }
    }

    private void Flow(ushort channel, uint window, uint? handle = null)
    {
        var flow = new Flow
        {
            NextIncomingId = _windows.GetValueOrDefault(channel).NextIncoming,
            IncomingWindow = window,
            NextOutgoingId = 0,
            OutgoingWindow = 100,
        };
        if (handle is { } link)
        {
            flow.Handle = link;
            flow.DeliveryCount = 0;
            flow.LinkCredit = 1000;
        }

        Send(channel, flow);
    }

    private void AnswerClaim(ushort channel, Message request)
    {
        var answer = new Message
        {
            Properties = new Properties { CorrelationId = request.Properties.GetMessageId().ToString() },
            ApplicationProperties = new ApplicationProperties { ["status-code"] = 202 },
        }.Encode();
        Send(
            channel,
            new Transfer
            {
                Handle = _answerLinks[channel],
                DeliveryId = _nextAnswer,
                DeliveryTag = BitConverter.GetBytes(_nextAnswer++),
                Settled = true,
            },
            answer.Buffer.AsSpan(answer.Offset, answer.Length));
    }
}
