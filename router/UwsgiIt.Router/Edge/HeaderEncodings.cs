using System.Text;
using Microsoft.Net.Http.Headers;

namespace UwsgiIt.Router.Edge;

/// <summary>How Kestrel turns header bytes into text. Latin-1 maps every byte to one character and back; two headers it would take too lightly.</summary>
internal static class HeaderEncodings
{
    public static Encoding Select(string name) =>
        name == HeaderNames.ContentLength ? DigitsEncoding.Instance
        : name == HeaderNames.Connection ? ConnectionEncoding.Instance
        : Encoding.Latin1;
}
