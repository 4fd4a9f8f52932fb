using System.Diagnostics.CodeAnalysis;

namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>
/// A pattern of LIKE: <c>%</c> stands for any text, <c>_</c> for one character, and what follows the escape character
/// for itself. Matched without going back further than to the last <c>%</c>, so in text × pattern steps at most.
/// </summary>
internal sealed class SqlPattern
{
    private readonly List<Part> _parts;

    private SqlPattern(List<Part> parts) => _parts = parts;

    private enum PartKind
    {
        Character,
        AnyCharacter,
        AnyText,
    }

    /// <summary>False when the pattern ends with the escape character, which then escapes nothing.</summary>
    internal static bool TryParse(string text, char? escape, [NotNullWhen(true)] out SqlPattern? pattern)
    {
        pattern = null;
        var parts = new List<Part>(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] == escape)
            {
                if (++index == text.Length)
                {
                    return false;
                }

                parts.Add(new Part(PartKind.Character, text[index]));
            }
            else
            {
                parts.Add(new Part(KindOf(text[index]), text[index]));
            }
        }

        pattern = new SqlPattern(parts);
        return true;
    }

    internal bool IsMatch(string text)
    {
        int at = 0, part = 0;
        int lastAnyText = -1, tried = 0;
        while (at < text.Length)
        {
            if (part < _parts.Count && _parts[part].Kind == PartKind.AnyText)
            {
                lastAnyText = part++;
                tried = at;
            }
            else if (part < _parts.Count && _parts[part].Takes(text[at]))
            {
                part++;
                at++;
            }
            else if (lastAnyText >= 0)
            {
                part = lastAnyText + 1;
                at = ++tried;
            }
            else
            {
                return false;
            }
        }

        return _parts.Skip(part).All(rest => rest.Kind == PartKind.AnyText);
    }

    private static PartKind KindOf(char character) => character switch
    {
        '%' => PartKind.AnyText,
        '_' => PartKind.AnyCharacter,
        _ => PartKind.Character,
    };

    private readonly record struct Part(PartKind Kind, char Character)
    {
        internal bool Takes(char character) => Kind == PartKind.AnyCharacter || Character == character;
    }
}
