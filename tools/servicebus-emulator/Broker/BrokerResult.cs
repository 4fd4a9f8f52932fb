using System.Diagnostics.CodeAnalysis;

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>Either a value or the reason why there is none.</summary>
/// <typeparam name="T">What a success carries.</typeparam>
public readonly struct BrokerResult<T>
{
    private readonly T? _value;

    private BrokerResult(T? value, BrokerError? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>The reason of a refusal; null on success.</summary>
    public BrokerError? Error { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <summary>The value of a success; asking a refusal for it is a bug and throws.</summary>
    public T Value => IsSuccess
        ? _value!
        : throw new InvalidOperationException($"A refused operation has no value: {Error.Description}");

    /// <summary>Makes a success.</summary>
    public static implicit operator BrokerResult<T>(T value) => BrokerResult.Success(value);

    /// <summary>Makes a refusal.</summary>
    public static implicit operator BrokerResult<T>(BrokerError error) => BrokerResult.Refusal<T>(error);

    internal static BrokerResult<T> Create(T? value, BrokerError? error) => new(value, error);
}

/// <summary>Makes results.</summary>
public static class BrokerResult
{
    /// <summary>A success with its value.</summary>
    public static BrokerResult<T> Success<T>(T value) => BrokerResult<T>.Create(value, null);

    /// <summary>A refusal with its reason.</summary>
    public static BrokerResult<T> Refusal<T>(BrokerError error) => BrokerResult<T>.Create(default, error);
}
