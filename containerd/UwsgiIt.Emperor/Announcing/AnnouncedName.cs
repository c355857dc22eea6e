using System.Diagnostics.CodeAnalysis;

namespace UwsgiIt.Emperor.Announcing;

/// <summary>A name that a program serves, with the certificate it brings: paths of the container, or none.</summary>
internal sealed record AnnouncedName(string Key, string? CertificateKey = null, string? Certificate = null, string? ClientCa = null, bool RequiresClient = false)
{
    /// <summary>Longest name, in bytes (the wire's).</summary>
    public const int MaxKeyBytes = 255;

    /// <summary>Reads the value of <c>domain</c>, <c>ssl-domain</c> (name key crt) or <c>ssl-ca-domain</c> (name key crt ca).</summary>
    public static bool TryRead(string option, string value, [NotNullWhen(true)] out AnnouncedName? name)
    {
        var words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        name = (option, words.Length) switch
        {
            ("domain", 1) => new AnnouncedName(words[0]),
            ("ssl-domain", 3) => new AnnouncedName(words[0], words[1], words[2]),
            ("ssl-ca-domain", 4) => new AnnouncedName(words[0], words[1], words[2], words[3].TrimStart('!'), words[3].StartsWith('!')),
            _ => null,
        };
        if (name is not null && (name.Key.Length > MaxKeyBytes || name.Key.Any(static letter => letter is <= ' ' or > '~')))
        {
            name = null;
        }

        return name is not null;
    }
}
