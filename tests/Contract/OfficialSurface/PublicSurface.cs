using Microsoft.CodeAnalysis;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>
/// What a consumer can see of a type, one line per fact: kind, base type and interfaces, then each visible member with its
/// parameters, their defaults, what can be null, and the attributes that are told apart.
/// </summary>
internal static class PublicSurface
{
    private static readonly string[] Attributes = ["AttributeUsageAttribute", "JsonPropertyNameAttribute", "ObsoleteAttribute"];

    private static readonly SymbolDisplayFormat Format = new(
        SymbolDisplayGlobalNamespaceStyle.Omitted,
        SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints,
        SymbolDisplayMemberOptions.IncludeAccessibility | SymbolDisplayMemberOptions.IncludeConstantValue
            | SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeParameters
            | SymbolDisplayMemberOptions.IncludeRef | SymbolDisplayMemberOptions.IncludeType,
        SymbolDisplayDelegateStyle.NameAndSignature,
        SymbolDisplayExtensionMethodStyle.StaticMethod,
        SymbolDisplayParameterOptions.IncludeDefaultValue | SymbolDisplayParameterOptions.IncludeExtensionThis
            | SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeParamsRefOut
            | SymbolDisplayParameterOptions.IncludeType,
        SymbolDisplayPropertyStyle.NameOnly,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.IncludeNotNullableReferenceTypeModifier
            | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier
            | SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    public static IEnumerable<string> Of(INamedTypeSymbol type)
    {
        var kind = string.Concat(
            type.IsStatic ? "static " : "", type.IsAbstract && !type.IsStatic ? "abstract " : "", type.IsSealed && !type.IsStatic ? "sealed " : "");
        yield return $"{AttributesOf(type)}{kind}{type.TypeKind}";
        if (type.TypeKind == TypeKind.Class)
        {
            yield return $"derives from {type.BaseType!.ToDisplayString(Format)}";
        }

        foreach (var contract in type.AllInterfaces.Where(one => one.DeclaredAccessibility == Accessibility.Public))
        {
            yield return $"implements {contract.ToDisplayString(Format)}";
        }

        foreach (var member in type.GetMembers().Where(IsOffered))
        {
            yield return $"{AttributesOf(member)}{member.ToDisplayString(Format)}{AccessorsOf(member)}";
        }
    }

    private static bool IsOffered(ISymbol member) => IsVisible(member.DeclaredAccessibility) && member switch
    {
        IMethodSymbol method => method.MethodKind is MethodKind.Ordinary or MethodKind.Constructor or MethodKind.UserDefinedOperator
            or MethodKind.Conversion,
        INamedTypeSymbol => false,
        _ => true,
    };

    private static string AccessorsOf(ISymbol member) => member is IPropertySymbol property
        ? $" {{{One("get", property.GetMethod)}{One("set", property.SetMethod)} }}"
        : "";

    private static string One(string name, IMethodSymbol? accessor) => accessor is null || !IsVisible(accessor.DeclaredAccessibility)
        ? ""
        : $" {(accessor.DeclaredAccessibility == Accessibility.Public ? "" : "protected ")}{(accessor.IsInitOnly ? "init" : name)};";

    private static bool IsVisible(Accessibility accessibility) =>
        accessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal;

    private static string AttributesOf(ISymbol symbol) => string.Concat(symbol.GetAttributes()
        .Where(attribute => Attributes.Contains(attribute.AttributeClass?.Name))
        .Select(attribute => $"[{attribute}] ")
        .Order(StringComparer.Ordinal));
}
