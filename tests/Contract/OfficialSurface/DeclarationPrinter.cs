using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>
/// Prints what is public of a declaration, without bodies. A member stands two columns to the right of its type. A kind of
/// member that it does not know is an error, so that nothing is lost in silence.
/// </summary>
internal static class DeclarationPrinter
{
    private static readonly SyntaxKind[] Unprinted =
        [SyntaxKind.PartialKeyword, SyntaxKind.AsyncKeyword, SyntaxKind.NewKeyword, SyntaxKind.ReadOnlyKeyword];

    public static IEnumerable<string> Print(MemberDeclarationSyntax member, IReadOnlyList<string> attributes) =>
        IsVisible(member)
            ? [.. AttributesOf(member, attributes), .. Lines(member, attributes)]
            : [];

    private static IEnumerable<string> Lines(MemberDeclarationSyntax member, IReadOnlyList<string> attributes) => member switch
    {
        TypeDeclarationSyntax type => TypeLines(type, attributes),
        EnumDeclarationSyntax choice => EnumLines(choice),
        DelegateDeclarationSyntax call =>
            [$"{Modifiers(call)}delegate {call.ReturnType} {call.Identifier}{call.TypeParameterList}{Parameters(call.ParameterList)}"],
        ConstructorDeclarationSyntax made => [$"{Modifiers(made)}{made.Identifier}{Parameters(made.ParameterList)}"],
        MethodDeclarationSyntax method =>
        [
            $"{Modifiers(method)}{method.ReturnType} {method.ExplicitInterfaceSpecifier}{method.Identifier}{method.TypeParameterList}"
                + $"{Parameters(method.ParameterList)}{string.Concat(method.ConstraintClauses.Select(clause => $" {Flat(clause)}"))}",
        ],
        PropertyDeclarationSyntax property =>
            [$"{Modifiers(property)}{property.Type} {property.ExplicitInterfaceSpecifier}{property.Identifier} {{ {Accessors(property)} }}"],
        EventDeclarationSyntax change => [$"{Modifiers(change)}event {change.Type} {change.Identifier}"],
        FieldDeclarationSyntax field => [$"{Modifiers(field)}{field.Declaration}"],
        _ => throw new NotSupportedException($"A listing has no form for {member.Kind()}: {member}"),
    };

    private static IEnumerable<string> TypeLines(TypeDeclarationSyntax type, IReadOnlyList<string> attributes)
    {
        yield return $"{Modifiers(type)}{type.Keyword} {type.Identifier}{type.TypeParameterList}{Bases(type.BaseList)}";
        foreach (var constructor in ImpliedConstructor(type))
        {
            yield return $"  {constructor}";
        }

        foreach (var line in type.Members.SelectMany(member => Print(member, attributes)))
        {
            yield return $"  {line}";
        }
    }

    /// <summary>
    /// A class without constructors has one that is as visible as itself; one whose constructors are all internal has none
    /// that a consumer could call, which an internal one without parameters says.
    /// </summary>
    private static IEnumerable<string> ImpliedConstructor(TypeDeclarationSyntax type)
    {
        var isMade = type is ClassDeclarationSyntax && !type.Modifiers.Any(SyntaxKind.StaticKeyword);
        var constructors = type.Members.OfType<ConstructorDeclarationSyntax>().ToList();
        if (isMade && constructors.Count == 0)
        {
            yield return $"{(type.Modifiers.Any(SyntaxKind.AbstractKeyword) ? "protected" : "public")} {type.Identifier}()";
        }
        else if (isMade && !constructors.Exists(IsVisible))
        {
            yield return $"internal {type.Identifier}()";
        }
    }

    private static IEnumerable<string> EnumLines(EnumDeclarationSyntax choice)
    {
        yield return $"{Modifiers(choice)}enum {choice.Identifier}{Bases(choice.BaseList)}";
        foreach (var (value, index) in choice.Members.Select((value, index) => (value, index)))
        {
            yield return $"  {value.Identifier} = {value.EqualsValue?.Value.ToString() ?? $"{index}"}";
        }
    }

    private static bool IsVisible(MemberDeclarationSyntax member) =>
        member.Parent is InterfaceDeclarationSyntax
        || member.Modifiers.Any(SyntaxKind.PublicKeyword)
        || (member.Modifiers.Any(SyntaxKind.ProtectedKeyword) && !member.Modifiers.Any(SyntaxKind.PrivateKeyword))
        || member is PropertyDeclarationSyntax { ExplicitInterfaceSpecifier: not null } or MethodDeclarationSyntax { ExplicitInterfaceSpecifier: not null };

    private static string Modifiers(MemberDeclarationSyntax member) => string.Concat(
        member.Modifiers.Where(modifier => !Unprinted.Contains(modifier.Kind())).Select(modifier => $"{modifier.Text} "));

    private static string Accessors(PropertyDeclarationSyntax property) => property.AccessorList is { } list
        ? string.Join(' ', list.Accessors
            .Where(one => !one.Modifiers.Any(SyntaxKind.PrivateKeyword) && !one.Modifiers.Any(SyntaxKind.InternalKeyword))
            .Select(one => $"{string.Concat(one.Modifiers.Select(modifier => $"{modifier.Text} "))}{one.Keyword.Text};"))
        : "get;";

    private static string Parameters(ParameterListSyntax list) => $"({string.Join(", ", list.Parameters.Select(parameter =>
        $"{string.Concat(parameter.Modifiers.Select(modifier => $"{modifier.Text} "))}{parameter.Type} {parameter.Identifier}"
            + (parameter.Default is { } value ? $" = {value.Value}" : "")))})";

    private static string Bases(BaseListSyntax? bases) => bases is null ? "" : $" : {string.Join(", ", bases.Types.Select(Flat))}";

    private static IEnumerable<string> AttributesOf(MemberDeclarationSyntax member, IReadOnlyList<string> attributes) => member.AttributeLists
        .SelectMany(list => list.Attributes)
        .Where(attribute => attributes.Any(name => NameOf(attribute) == name))
        .Select(attribute => $"[{NameOf(attribute)}{attribute.ArgumentList}]");

    private static string NameOf(AttributeSyntax attribute)
    {
        var name = attribute.Name.ToString().Split('.')[^1];
        return name.EndsWith("Attribute", StringComparison.Ordinal) ? name[..^"Attribute".Length] : name;
    }

    private static string Flat(SyntaxNode node) => node.NormalizeWhitespace(" ", " ").ToString();
}
