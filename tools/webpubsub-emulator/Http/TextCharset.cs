using System.Text;
using Microsoft.Net.Http.Headers;

namespace ServerlessGateway.WebPubSubEmulator.Http;

/// <summary>The charset of a content type: text may come in any encoding and goes on in UTF-8.</summary>
internal static class TextCharset
{
    /// <summary>
    /// The encoding to convert from, null where it is UTF-8 already; false when nobody knows the charset.
    /// </summary>
    public static bool TryRead(string? charset, out Encoding? encoding)
    {
        encoding = null;
        var name = HeaderUtilities.RemoveQuotes(charset).Value;
        if (string.IsNullOrEmpty(name)) return true;
        try
        {
            var named = Encoding.GetEncoding(name);
            encoding = named.CodePage == Encoding.UTF8.CodePage ? null : named;
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            // How the framework says that it has no such encoding, or (UTF-7) wants none.
            return false;
        }
    }
}
