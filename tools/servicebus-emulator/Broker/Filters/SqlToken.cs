using Superpower.Display;

namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>The words of a SQL filter.</summary>
internal enum SqlToken
{
    [Token(Category = "name")]
    Name,

    [Token(Category = "name")]
    DelimitedName,

    [Token(Category = "parameter")]
    Parameter,

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

    [Token(Example = ".")]
    Dot,

    [Token(Example = "=")]
    Equal,

    [Token(Example = "<>")]
    NotEqual,

    [Token(Example = "<")]
    Less,

    [Token(Example = "<=")]
    LessOrEqual,

    [Token(Example = ">")]
    Greater,

    [Token(Example = ">=")]
    GreaterOrEqual,

    [Token(Example = "+")]
    Plus,

    [Token(Example = "-")]
    Minus,

    [Token(Example = "*")]
    Star,

    [Token(Example = "/")]
    Slash,

    [Token(Example = "%")]
    Percent,

    [Token(Category = "keyword", Example = "AND")]
    And,

    [Token(Category = "keyword", Example = "OR")]
    Or,

    [Token(Category = "keyword", Example = "NOT")]
    Not,

    [Token(Category = "keyword", Example = "IN")]
    In,

    [Token(Category = "keyword", Example = "LIKE")]
    Like,

    [Token(Category = "keyword", Example = "ESCAPE")]
    Escape,

    [Token(Category = "keyword", Example = "EXISTS")]
    Exists,

    [Token(Category = "keyword", Example = "IS")]
    Is,

    [Token(Category = "keyword", Example = "NULL")]
    Null,

    [Token(Category = "keyword", Example = "TRUE")]
    True,

    [Token(Category = "keyword", Example = "FALSE")]
    False,
}
