namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>Checks arguments and throws what the official package throws for them.</summary>
internal static class Check
{
    public static T NotNull<T>(T value, string name)
        where T : class => value ?? throw new ArgumentNullException(name);

    public static string NotEmpty(string value, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, name);
        return value;
    }

    public static string? NotTooLong(string? value, int maxLength, string name) => value?.Length > maxLength
        ? throw new ArgumentOutOfRangeException(name, $"The value may have at most {maxLength} characters.")
        : value;

    public static T Range<T>(T value, T min, T max, string name)
        where T : IComparable<T> => value.CompareTo(min) < 0 || value.CompareTo(max) > 0
        ? throw new ArgumentOutOfRangeException(name, value, $"The value must be between {min} and {max}.")
        : value;

    public static int AtLeastOne(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        return value;
    }

    public static int NotNegative(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value, name);
        return value;
    }

    public static TimeSpan NotNegative(TimeSpan value, string name) => value < TimeSpan.Zero
        ? throw new ArgumentOutOfRangeException(name, value, "The time must not be negative.")
        : value;

    public static TimeSpan Positive(TimeSpan value, string name) => value <= TimeSpan.Zero
        ? throw new ArgumentOutOfRangeException(name, value, "The time must be positive.")
        : value;

    /// <summary>A processor takes one handler of each kind.</summary>
    public static T OnlyHandler<T>(T? present, T? added)
        where T : Delegate
    {
        ArgumentNullException.ThrowIfNull(added);
        return present is null ? added : throw new NotSupportedException("Another handler has already been assigned.");
    }

    /// <summary>Only the handler that was set can be taken away.</summary>
    public static T? SameHandler<T>(T? present, T? removed)
        where T : Delegate
    {
        ArgumentNullException.ThrowIfNull(removed);
        return present == removed ? null : throw new ArgumentException("This handler has not been assigned.", nameof(removed));
    }
}
