namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// A pattern of group names in a wildcard role: <c>*</c> is any run inside one dot-separated segment, <c>**</c> any run
/// across segments, <c>?</c> one character that is no dot; everything else stands for itself, with its case.
/// Matching is the usual two-pointer table over pattern positions, so that no pattern takes exponential time.
/// </summary>
internal sealed class GroupPattern(string pattern)
{
    private readonly Token[] _tokens = [.. Parse(pattern)];

    private enum TokenKind
    {
        Literal,
        AnyInSegment,
        Run,
        RunAcross,
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

    private static IEnumerable<Token> Parse(string pattern)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '*' && i + 1 < pattern.Length && pattern[i + 1] == '*')
            {
                yield return new Token(TokenKind.RunAcross, default);
                i++;
            }
            else
            {
                yield return pattern[i] switch
                {
                    '*' => new Token(TokenKind.Run, default),
                    '?' => new Token(TokenKind.AnyInSegment, default),
                    var literal => new Token(TokenKind.Literal, literal),
                };
            }
        }
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
