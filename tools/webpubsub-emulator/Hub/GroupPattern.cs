using System.Diagnostics.CodeAnalysis;

namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// A pattern of group names in a wildcard role: <c>*</c> is any run inside one dot-separated segment, <c>**</c> any run
/// across segments, <c>?</c> one character that is no dot; a backslash takes the meaning from the one of these, or the
/// backslash, behind it; everything else stands for itself, with its case.
/// Matching is the usual table over pattern positions, so that no pattern takes exponential time.
/// https://learn.microsoft.com/azure/azure-web-pubsub/concept-wildcard-group-roles
/// </summary>
internal sealed class GroupPattern
{
    public const int MaxLength = GroupName.MaxLength;

    /// <summary>How many <c>*</c> the service takes in a pattern, those of <c>**</c> counted one by one.</summary>
    public const int MaxAsterisks = 5;

    private readonly Token[] _tokens;

    private GroupPattern(Token[] tokens) => _tokens = tokens;

    private enum TokenKind
    {
        Literal,
        AnyInSegment,
        Run,
        RunAcross,
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out GroupPattern? pattern)
    {
        pattern = IsValid(text) ? new GroupPattern([.. Tokens(text)]) : null;
        return pattern is not null;
    }

    public bool Matches(GroupName group)
    {
        // Bit i of the state: the first i tokens can match what was read so far.
        var state = new bool[_tokens.Length + 1];
        state[0] = true;
        Spread(state);
        foreach (var character in group.Value)
        {
            Step(state, character);
            Spread(state);
        }

        return state[^1];
    }

    private static IEnumerable<Token> Tokens(string pattern)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    yield return new Token(TokenKind.Literal, pattern[++i]);
                    break;
                case '?':
                    yield return new Token(TokenKind.AnyInSegment, default);
                    break;
                case '*':
                    var first = i;
                    while (i + 1 < pattern.Length && pattern[i + 1] == '*') i++;
                    yield return new Token(i == first ? TokenKind.Run : TokenKind.RunAcross, default);
                    break;
                default:
                    yield return new Token(TokenKind.Literal, pattern[i]);
                    break;
            }
        }
    }

    private static bool IsValid(string text)
    {
        var asterisks = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '*') asterisks++;
            else if (text[i] == '\\' && (++i == text.Length || text[i] is not ('*' or '?' or '\\'))) return false;
        }

        return text.Length is > 0 and <= MaxLength && asterisks <= MaxAsterisks;
    }

    // A run may match nothing, so a state before it reaches the state behind it for free.
    private void Spread(bool[] state)
    {
        for (var i = 0; i < _tokens.Length; i++)
        {
            if (state[i] && _tokens[i].IsRun) state[i + 1] = true;
        }
    }

    private void Step(bool[] state, char character)
    {
        // From the end, because each state is made from the one before it.
        for (var i = _tokens.Length; i >= 0; i--)
        {
            var stays = i < _tokens.Length && _tokens[i].IsRun && state[i] && _tokens[i].Takes(character);
            var moves = i > 0 && !_tokens[i - 1].IsRun && state[i - 1] && _tokens[i - 1].Takes(character);
            state[i] = stays || moves;
        }
    }

    private readonly record struct Token(TokenKind Kind, char Value)
    {
        public bool IsRun => Kind is TokenKind.Run or TokenKind.RunAcross;

        public bool Takes(char character) => Kind switch
        {
            TokenKind.Literal => character == Value,
            TokenKind.RunAcross => true,
            _ => character != '.',
        };
    }
}
