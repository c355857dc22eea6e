using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace UwsgiIt.Cli.Api;

/// <summary>The key of a host's client certificate; it never leaves the machine it is made on.</summary>
internal sealed class HostKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private HostKey()
    {
    }

    public string PrivatePem => _key.ExportPkcs8PrivateKeyPem();

    public static HostKey Make() => new();

    public string Request(string name) => new CertificateRequest($"CN={string.Concat(name.Where(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.'))}", _key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    /// <summary>Whole or not at all; a secret with mode 0600.</summary>
    public static void Write(string folder, string name, string text, bool secret)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | (secret ? 0 : UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        using (var file = new FileStream(path + ".new", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    public void Dispose() => _key.Dispose();
}
