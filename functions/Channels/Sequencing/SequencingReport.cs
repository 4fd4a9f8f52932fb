using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Observability;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>
/// What is counted and logged of sequencing and repair. Metric names carry their units; tags come from fixed lists.
/// </summary>
internal sealed class SequencingReport
{
    private readonly ILogger _log;
    private readonly Counter<long> _envelopes;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _tombstones;
    private readonly Counter<long> _sends;
    private readonly Counter<long> _repairs;

    public SequencingReport(IMeterFactory meters, ILogger<SequencingReport> log)
    {
        _log = log;
        var meter = meters.Create(GatewayMetrics.MeterName);
        _envelopes = meter.CreateCounter<long>("gateway.envelopes", "{envelope}", "Messages of the ingress queue, by result.");
        _commits = meter.CreateCounter<long>("gateway.commits", "{commit}", "Transactions that appended to a channel.");
        _messages = meter.CreateCounter<long>("gateway.messages", "{message}", "Publications that got an offset.");
        _duplicates = meter.CreateCounter<long>("gateway.duplicates", "{message}", "Publications that were dropped as duplicates.");
        _tombstones = meter.CreateCounter<long>("gateway.tombstones", "{message}", "Offsets that stand for a message that can never be delivered.");
        _sends = meter.CreateCounter<long>("gateway.sends", "{send}", "Sends to destinations, by destination and outcome.");
        _repairs = meter.CreateCounter<long>("gateway.repairs", "{repair}", "Steps of repairs, by step.");
    }

    public void Handled(SequencingResult result) =>
        _envelopes.Add(1, new KeyValuePair<string, object?>("result", result.GetType().Name));

    public void Duplicates(int count) => _duplicates.Add(count);

    public void Committed(int offered, IReadOnlyList<Segment> segments)
    {
        var count = segments.Sum(segment => segment.Entries.Count);
        _commits.Add(1);
        _messages.Add(count);
        _duplicates.Add(offered - count);
        _tombstones.Add(segments.Sum(segment => segment.Entries.Count(entry => entry.Gone != 0)));
    }

    public void Sent(string destination, Instances.DeliveryOutcome outcome) =>
        _sends.Add(1, new("destination", destination), new("outcome", outcome.ToString()));

    public void Repair(string step) => _repairs.Add(1, new KeyValuePair<string, object?>("step", step));

    public void Rejected(ChannelName channel, string reason) => SequencingLog.Rejected(_log, channel.Value, reason);

    public void EpochBegun(ChannelName channel) => SequencingLog.EpochBegun(_log, channel.Value);

    public void AttemptFailed(ChannelName channel, Exception exception)
    {
        if (exception is StoreRefusedException)
        {
            SequencingLog.StoreRefused(_log, channel.Value, exception);
        }
        else
        {
            SequencingLog.AttemptFailed(_log, channel.Value, exception);
        }
    }

    public void Unreadable(IngressMessage message) =>
        SequencingLog.Unreadable(_log, message.Session, message.SequenceNumber);

    public void UnknownVersion(IngressMessage message) =>
        SequencingLog.UnknownVersion(_log, message.Session, message.SequenceNumber, message.Subject ?? "none");

    public void Left(IngressMessage message, string reason) =>
        SequencingLog.Left(_log, message.Session, message.SequenceNumber, reason);

    public void InstanceSkipped(Instances.InstanceName instance) => SequencingLog.InstanceSkipped(_log, instance.Value);

    public void InstanceRepaired(Instances.InstanceName instance) =>
        SequencingLog.InstanceRepaired(_log, instance.Value);

    public void TaskFailed(string kind, string target, Exception exception) =>
        SequencingLog.TaskFailed(_log, kind, target, exception);
}

/// <summary>Event ids 1700 to 1799.</summary>
internal static partial class SequencingLog
{
    [LoggerMessage(
        1700, LogLevel.Warning, "An attempt to sequence messages of {Channel} failed; it is repeated.",
        EventName = "AttemptFailed")]
    public static partial void AttemptFailed(ILogger logger, string channel, Exception exception);

    [LoggerMessage(
        1701, LogLevel.Error, "The store refuses commits of {Channel}, and no message is at fault.",
        EventName = "StoreRefused")]
    public static partial void StoreRefused(ILogger logger, string channel, Exception exception);

    [LoggerMessage(
        1702, LogLevel.Warning, "The store refuses a segment of {Channel} ({Reason}); the message at fault is looked for.",
        EventName = "Rejected")]
    public static partial void Rejected(ILogger logger, string channel, string reason);

    [LoggerMessage(
        1703, LogLevel.Warning, "The store has lost commits of {Channel}: a new epoch begins.",
        EventName = "EpochBegun")]
    public static partial void EpochBegun(ILogger logger, string channel);

    [LoggerMessage(
        1704, LogLevel.Error, "Message {Number} of session {Session} can not be read; it goes to the dead letters.",
        EventName = "Unreadable")]
    public static partial void Unreadable(ILogger logger, string session, long number);

    [LoggerMessage(
        1705, LogLevel.Error, "Message {Number} of session {Session} ({Subject}) needs a newer version of the gateway.",
        EventName = "UnknownVersion")]
    public static partial void UnknownVersion(ILogger logger, string session, long number, string subject);

    [LoggerMessage(
        1706, LogLevel.Warning, "Message {Number} of session {Session} is left to the next owner: {Reason}.",
        EventName = "Left")]
    public static partial void Left(ILogger logger, string session, long number, string reason);

    [LoggerMessage(
        1707, LogLevel.Warning, "Sends to instance {Instance} fail; it is skipped until it answers.",
        EventName = "InstanceSkipped")]
    public static partial void InstanceSkipped(ILogger logger, string instance);

    [LoggerMessage(
        1708, LogLevel.Information, "Clients of instance {Instance} were told to check their channels.",
        EventName = "InstanceRepaired")]
    public static partial void InstanceRepaired(ILogger logger, string instance);

    [LoggerMessage(
        1709, LogLevel.Warning, "The task {Kind} of {Target} failed; it is repeated.",
        EventName = "TaskFailed")]
    public static partial void TaskFailed(ILogger logger, string kind, string target, Exception exception);
}
