namespace ServerlessGateway.Emulators.Faults;

/// <summary>A text to compare with, in which <c>*</c> stands for any characters, none included.</summary>
/// <param name="text">The text as written.</param>
/// <param name="ignoresCase">Whether upper and lower case are the same.</param>
public sealed class FaultPattern(string text, bool ignoresCase = false)
{
    /// <summary>Whether a value is meant. Takes at most the product of both lengths.</summary>
    public bool Matches(string value)
    {
        var (at, pattern) = (0, 0);
        var (star, resume) = (-1, 0);
        while (at < value.Length)
        {
            if (pattern < text.Length && text[pattern] == '*')
            {
                (star, resume) = (pattern++, at);
            }
            else if (pattern < text.Length && Same(text[pattern], value[at]))
            {
                (at, pattern) = (at + 1, pattern + 1);
            }
            else if (star >= 0)
            {
                // The last star takes one character more; what an earlier one took need never change.
                (at, pattern) = (++resume, star + 1);
            }
            else
            {
                return false;
            }
        }

        return text.AsSpan(pattern).TrimStart('*').IsEmpty;
    }

    /// <inheritdoc/>
    public override string ToString() => text;

    private bool Same(char left, char right) =>
        left == right || (ignoresCase && char.ToUpperInvariant(left) == char.ToUpperInvariant(right));
}
