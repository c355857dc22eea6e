using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace UwsgiIt.Router.Forwarding;

/// <summary>A client certificate's subject as the original hands it to applications.</summary>
internal static class ClientCertificateText
{
    /// <summary>The subject as <c>/C=IT/O=Acme/CN=alice</c>: in the certificate's own order, '/' and '\' within a value escaped by '\'.</summary>
    public static string Subject(X509Certificate2 certificate)
    {
        var text = new StringBuilder();
        foreach (var name in certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (name.HasMultipleElements)
            {
                continue;
            }

            var type = name.GetSingleElementType();
            text.Append('/').Append(type.FriendlyName is { Length: > 0 } friendly ? ShortName(friendly) : type.Value).Append('=');
            foreach (var character in name.GetSingleElementValue() ?? "")
            {
                if (character is '/' or '\\')
                {
                    text.Append('\\');
                }

                text.Append(character is < ' ' or > '~' ? '?' : character);
            }
        }

        return text.ToString();
    }

    private static string ShortName(string friendly) => friendly switch
    {
        "E" => "emailAddress",
        "S" => "ST",
        _ => friendly,
    };
}
