using System.Globalization;
using System.Runtime.InteropServices;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>Application properties as bytes. The numbers of the types are part of the file format: never reuse one.</summary>
internal static class PropertyCodec
{
    internal static void Write(ByteBuffer buffer, IReadOnlyDictionary<string, object?> properties)
    {
        buffer.WriteLength(properties.Count);
        foreach (var (name, value) in properties)
        {
            buffer.WriteText(name);
            WriteValue(buffer, value);
        }
    }

    internal static Dictionary<string, object?> Read(ref ByteReader reader)
    {
        var count = reader.ReadLength();
        var properties = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var index = 0; index < count; index++)
        {
            var name = reader.ReadText();
            properties[name] = ReadValue(ref reader);
        }

        return properties;
    }

    private static void WriteValue(ByteBuffer buffer, object? value)
    {
        switch (value)
        {
            case null: buffer.WriteByte(0); break;
            case string text: buffer.WriteByte(1); buffer.WriteText(text); break;
            case bool flag: buffer.WriteByte(2); buffer.WriteByte(flag ? (byte)1 : (byte)0); break;
            case byte number: WriteFixed(buffer, 3, number); break;
            case sbyte number: WriteFixed(buffer, 4, number); break;
            case short number: WriteFixed(buffer, 5, number); break;
            case ushort number: WriteFixed(buffer, 6, number); break;
            case int number: WriteFixed(buffer, 7, number); break;
            case uint number: WriteFixed(buffer, 8, number); break;
            case long number: WriteFixed(buffer, 9, number); break;
            case ulong number: WriteFixed(buffer, 10, number); break;
            case float number: WriteFixed(buffer, 11, number); break;
            case double number: WriteFixed(buffer, 12, number); break;
            case decimal number: buffer.WriteByte(13); buffer.WriteText(number.ToString(CultureInfo.InvariantCulture)); break;
            case char character: WriteFixed(buffer, 14, (ushort)character); break;
            case Guid id: buffer.WriteByte(15); id.TryWriteBytes(buffer.Take(16)); break;
            case DateTimeOffset time: WriteFixed(buffer, 16, time.Ticks); WriteFixed(buffer, 9, time.Offset.Ticks); break;
            case DateTime time: WriteFixed(buffer, 17, time.ToBinary()); break;
            case TimeSpan span: WriteFixed(buffer, 18, span.Ticks); break;
            case byte[] bytes: buffer.WriteByte(19); buffer.WriteBytes(bytes); break;
            case Uri uri: buffer.WriteByte(20); buffer.WriteText(uri.OriginalString); break;
            default: throw new InvalidOperationException($"A property of type {value.GetType().Name} cannot be written.");
        }
    }

    private static object? ReadValue(ref ByteReader reader)
    {
        var type = reader.ReadByte();
        return type switch
        {
            0 => null,
            1 => reader.ReadText(),
            2 => reader.ReadByte() != 0,
            3 => ReadFixed<byte>(ref reader),
            4 => ReadFixed<sbyte>(ref reader),
            5 => ReadFixed<short>(ref reader),
            6 => ReadFixed<ushort>(ref reader),
            7 => ReadFixed<int>(ref reader),
            8 => ReadFixed<uint>(ref reader),
            9 => ReadFixed<long>(ref reader),
            10 => ReadFixed<ulong>(ref reader),
            11 => ReadFixed<float>(ref reader),
            12 => ReadFixed<double>(ref reader),
            13 => decimal.Parse(reader.ReadText(), CultureInfo.InvariantCulture),
            14 => (object)(char)ReadFixed<ushort>(ref reader),
            15 => new Guid(reader.Take(16)),
            16 => ReadTime(ref reader),
            17 => DateTime.FromBinary(ReadFixed<long>(ref reader)),
            18 => new TimeSpan(ReadFixed<long>(ref reader)),
            19 => reader.ReadBytes(),
            20 => new Uri(reader.ReadText(), UriKind.RelativeOrAbsolute),
            _ => throw new InvalidDataException($"The journal holds a property of the unknown type {type}."),
        };
    }

    private static DateTimeOffset ReadTime(ref ByteReader reader)
    {
        var ticks = ReadFixed<long>(ref reader);
        reader.ReadByte();
        return new DateTimeOffset(ticks, new TimeSpan(ReadFixed<long>(ref reader)));
    }

    private static void WriteFixed<T>(ByteBuffer buffer, byte type, T value)
        where T : unmanaged
    {
        buffer.WriteByte(type);
        MemoryMarshal.Write(buffer.Take(Marshal.SizeOf<T>()), value);
    }

    private static T ReadFixed<T>(ref ByteReader reader)
        where T : unmanaged => MemoryMarshal.Read<T>(reader.Take(Marshal.SizeOf<T>()));
}
