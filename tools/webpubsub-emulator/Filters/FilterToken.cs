using Superpower;
using Superpower.Display;
using Superpower.Parsers;
using Superpower.Tokenizers;

namespace ServerlessGateway.WebPubSubEmulator.Filters;

/// <summary>The words of a filter.</summary>
internal enum FilterToken
{
    [Token(Category = "name")]
    Name,

    [Token(Category = "string")]
    Text,

    [Token(Category = "number")]
    Number,

    [Token(Example = "(")]
    Open,

    [Token(Example = ")")]
    Close,

    [Token(Example = ",")]
    Comma,

    [Token(Category = "operator")]
    And,

    [Token(Category = "operator")]
    Or,

    [Token(Category = "operator")]
    Not,

    [Token(Category = "operator")]
    In,

    [Token(Category = "operator")]
    Equal,

    [Token(Category = "operator")]
    NotEqual,

    [Token(Category = "operator")]
    Greater,

    [Token(Category = "operator")]
    GreaterOrEqual,

    [Token(Category = "operator")]
    Less,

    [Token(Category = "operator")]
    LessOrEqual,
}

/// <summary>Splits a filter into its words. Operators are OData's, in lower case.</summary>
internal static class FilterTokenizer
{
    public static Tokenizer<FilterToken> Instance { get; } = new TokenizerBuilder<FilterToken>()
        .Ignore(Span.WhiteSpace)
        .Match(Character.EqualTo('('), FilterToken.Open)
        .Match(Character.EqualTo(')'), FilterToken.Close)
        .Match(Character.EqualTo(','), FilterToken.Comma)
        .Match(QuotedString.SqlStyle, FilterToken.Text)
        .Match(Numerics.Integer, FilterToken.Number, requireDelimiters: true)
        .Match(Span.EqualTo("and"), FilterToken.And, requireDelimiters: true)
        .Match(Span.EqualTo("or"), FilterToken.Or, requireDelimiters: true)
        .Match(Span.EqualTo("not"), FilterToken.Not, requireDelimiters: true)
        .Match(Span.EqualTo("in"), FilterToken.In, requireDelimiters: true)
        .Match(Span.EqualTo("eq"), FilterToken.Equal, requireDelimiters: true)
        .Match(Span.EqualTo("ne"), FilterToken.NotEqual, requireDelimiters: true)
        .Match(Span.EqualTo("gt"), FilterToken.Greater, requireDelimiters: true)
        .Match(Span.EqualTo("ge"), FilterToken.GreaterOrEqual, requireDelimiters: true)
        .Match(Span.EqualTo("lt"), FilterToken.Less, requireDelimiters: true)
        .Match(Span.EqualTo("le"), FilterToken.LessOrEqual, requireDelimiters: true)
        .Match(Identifier.CStyle, FilterToken.Name, requireDelimiters: true)
        .Build();
}
