namespace ServerlessGateway.ServiceBusEmulator.Configuration;

/// <summary>Names that are taken among entities, or rules, that stand beside each other.</summary>
internal sealed class UniqueNames
{
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a name: letters, digits and <c>. - _</c>, for queues and topics also <c>/</c> inside.</summary>
    internal string Take(ConfigurationSection section, int maxCharacters, bool allowsSlash)
    {
        var name = section.Text("Name", maxCharacters, isRequired: true);
        if (name is null)
        {
            return "";
        }

        if (!name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_' or '$'
                || (allowsSlash && character == '/'))
            || name.StartsWith('/') || name.EndsWith('/'))
        {
            section.Fail(
                "Name", $"\"{name}\"", allowsSlash ? "letters, digits and . - _ $, and / inside" : "letters, digits and . - _ $");
        }
        else if (!_taken.Add(name))
        {
            section.Fail("Name", $"the name \"{name}\" is given twice; permitted: one entity of a name, in any case.");
        }

        return name;
    }
}
