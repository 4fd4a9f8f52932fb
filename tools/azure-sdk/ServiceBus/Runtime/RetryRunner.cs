using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>
/// Tries an operation as the official package does, its unkind part included: after one answer "busy" each operation
/// of the same sender or receiver sleeps ten seconds first, for ten seconds; where its retries may take less than that
/// all together (none takes nothing), it sleeps for one try and fails as busy without asking the broker. Not
/// configurable, and not ours to mend.
/// Source: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/src/Primitives/ServiceBusRetryPolicy.cs
/// </summary>
internal sealed class RetryRunner(ServiceBusRetryOptions options, TimeProvider time, Func<double> random)
{
    public static readonly TimeSpan BusySleep = TimeSpan.FromSeconds(10);

    /// <summary>The share of the delay that is random, so that clients do not come back in step.</summary>
    private const double JitterShare = 0.08;

    private readonly Lock _gate = new();
    private long? _busySince;
    private string _busyMessage = string.Empty;

    public TimeSpan TryTimeout => options.TryTimeout;

    public Task RunAsync(
        Func<CancellationToken, Task> operation, string entityPath, CancellationToken cancellationToken) =>
        RunAsync(
            async token =>
            {
                await operation(token).ConfigureAwait(false);
                return true;
            },
            entityPath,
            cancellationToken);

    public async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> operation, string entityPath, CancellationToken cancellationToken)
    {
        if (Busy is { } message && options.TryTimeout * options.MaxRetries < BusySleep)
        {
            await Task.Delay(options.TryTimeout, time, cancellationToken).ConfigureAwait(false);
            throw new ServiceBusException(message, ServiceBusFailureReason.ServiceBusy, entityPath);
        }

        for (var failed = 1; ; failed++)
        {
            if (Busy is not null)
            {
                await Task.Delay(BusySleep, time, cancellationToken).ConfigureAwait(false);
            }

            try
            {
                return await TryOnceAsync(operation, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                var failure = Failure.From(e, entityPath, cancellationToken);
                NoteIfBusy(failure);
                if (DelayAfter(failure, failed) is not { } delay || cancellationToken.IsCancellationRequested)
                {
                    throw failure == e ? e : failure;
                }

                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>How long to wait before the attempt after so many failed ones; null ends it.</summary>
    public TimeSpan? DelayAfter(Exception failure, int failedAttempts)
    {
        if (failedAttempts > options.MaxRetries || options.MaxDelay == TimeSpan.Zero || !CanHelp(failure))
        {
            return null;
        }

        var baseSeconds = options.Delay.TotalSeconds;
        var jitter = random() * baseSeconds * JitterShare;
        var seconds = options.Mode == ServiceBusRetryMode.Fixed
            ? baseSeconds + jitter
            : (Math.Pow(2, failedAttempts) * baseSeconds) + jitter;
        return seconds < options.MaxDelay.TotalSeconds ? TimeSpan.FromSeconds(seconds) : options.MaxDelay;
    }

    /// <summary>Refused credentials count: a right that was just granted, or a token just renewed, takes a moment to be known.</summary>
    private static bool CanHelp(Exception failure) =>
        failure is ServiceBusException { IsTransient: true } or TimeoutException or UnauthorizedAccessException;

    private string? Busy
    {
        get
        {
            lock (_gate)
            {
                return _busySince is { } since && time.GetElapsedTime(since) < BusySleep ? _busyMessage : null;
            }
        }
    }

    private async Task<T> TryOnceAsync<T>(
        Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var limit = new CancellationTokenSource(options.TryTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        return await operation(either.Token).ConfigureAwait(false);
    }

    /// <summary>A further "busy" does not prolong the ten seconds.</summary>
    private void NoteIfBusy(Exception failure)
    {
        if (failure is ServiceBusException { Reason: ServiceBusFailureReason.ServiceBusy } && Busy is null)
        {
            lock (_gate)
            {
                _busySince = time.GetTimestamp();
                _busyMessage = failure.Message;
            }
        }
    }
}
